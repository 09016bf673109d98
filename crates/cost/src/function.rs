//! What one function costs, from its memory, its timeout and how many of it may run.

use app::{Function, FunctionId, Prop};
use base::{Name, Place};
use link::Model;

use crate::Settings;

/// Seconds in an hour.
const HOUR: f64 = 3600.0;
/// MiB in a GiB.
const GIB: f64 = 1024.0;
/// The architecture of a function whose template names none.
const ARCHITECTURE: &str = "x86_64";

/// What a function costs at worst.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionCost {
    /// The function.
    pub id: FunctionId,
    /// Memory in MiB.
    pub memory: f64,
    /// Timeout in seconds.
    pub timeout: f64,
    /// How many of it may run at the same time.
    pub concurrency: f64,
    /// What says so.
    pub limit: Limit,
    /// US dollars for one invocation that runs until it times out.
    pub per_invocation: f64,
    /// US dollars for an hour in which one of it always runs, each until it times out.
    pub per_execution_hour: f64,
}

/// What limits how many of a function may run at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Its reserved concurrency, written there.
    Reserved(Place),
    /// The scaling of all the queues that invoke it.
    Triggers,
    /// Nothing but what the account has left.
    Account,
}

impl FunctionCost {
    /// US dollars for an hour in which as many of it run as may.
    #[must_use]
    pub fn per_hour(&self) -> f64 {
        self.concurrency * self.per_execution_hour
    }

    /// US dollars for an hour in which this many of it run at the same time.
    #[must_use]
    pub fn per_hour_at(&self, concurrency: f64) -> f64 {
        concurrency * self.per_execution_hour
    }
}

/// The cost of a function, or why it cannot be told.
pub(crate) fn cost(
    model: &Model<'_>,
    settings: &Settings,
    id: FunctionId,
    function: &Function,
    shared: f64,
) -> Result<FunctionCost, String> {
    if function.resource.is_none() {
        return Err("no template says how large it is".to_owned());
    }
    let platform = &model.knowledge.function_platform;
    let memory = number(&function.memory, platform.memory, "memory")?;
    let timeout = number(&function.timeout, platform.timeout, "timeout")?;
    let (concurrency, limit) = concurrency(model, id, function, shared)?;
    let architecture = architecture(model, function)?;
    let stack = model.application.stack(function.stack);
    let region = settings.region.as_ref();
    let region = region.or(stack.and_then(|stack| stack.region.as_ref()));
    let price = platform
        .gigabyte_second(&architecture, region.map(Name::as_str))
        .ok_or_else(|| format!("the price of `{architecture}` is not known"))?;
    let per_second = memory / GIB * price;
    let per_invocation = timeout * per_second + platform.request;
    Ok(FunctionCost {
        id,
        memory,
        timeout,
        concurrency,
        limit,
        per_invocation,
        per_execution_hour: HOUR * per_second + HOUR / timeout.max(1.0) * platform.request,
    })
}

fn number(written: &Prop<f64>, default: f64, what: &str) -> Result<f64, String> {
    match written {
        Prop::Known(number, _) => Ok(*number),
        Prop::Absent => Ok(default),
        Prop::Unknown(reason) => Err(format!("its {what} is not known: {reason}")),
    }
}

fn concurrency(
    model: &Model<'_>,
    id: FunctionId,
    function: &Function,
    shared: f64,
) -> Result<(f64, Limit), String> {
    match &function.reserved_concurrency {
        Prop::Known(number, place) => return Ok((*number, Limit::Reserved(*place))),
        Prop::Unknown(reason) => {
            return Err(format!("its reserved concurrency is not known: {reason}"));
        }
        Prop::Absent => {}
    }
    let triggers: Vec<_> = model.application.triggers_of(id).collect();
    let scaled: Option<Vec<f64>> = triggers
        .iter()
        .map(|trigger| {
            let most = trigger
                .settings
                .number_at("ScalingConfig.MaximumConcurrency");
            most.known().copied()
        })
        .collect();
    Ok(match scaled {
        Some(scaled) if !scaled.is_empty() => {
            (scaled.iter().sum::<f64>().min(shared), Limit::Triggers)
        }
        _ => (shared, Limit::Account),
    })
}

fn architecture(model: &Model<'_>, function: &Function) -> Result<Name, String> {
    let resource = function
        .resource
        .and_then(|id| model.application.resource(id));
    let written = resource.map(|resource| resource.properties.at("Architectures"));
    match written {
        Some(Prop::Known(list, _)) => match list.items() {
            [only] => only
                .as_name()
                .ok_or_else(|| "its architecture is known at deployment only".to_owned()),
            _ => Ok(ARCHITECTURE.into()),
        },
        Some(Prop::Unknown(reason)) => Err(format!("its architecture is not known: {reason}")),
        Some(Prop::Absent) | None => Ok(ARCHITECTURE.into()),
    }
}
