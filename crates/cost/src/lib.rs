//! What an application can be made to cost at worst: denial of wallet.
//!
//! Templates say how large a function is and how many of it may run; the code says which writes invoke which function. From both
//! follow what one hour of an attacker's patience costs, what one request sets going, and which setting caps it. Only what
//! functions themselves cost is counted: their duration and their invocations, not what the services they call charge.

mod attempts;
mod entry;
mod function;

use app::FunctionId;
use base::Name;
use link::Model;

pub use entry::{Entry, Invocations};
pub use function::{FunctionCost, Limit};

/// What the project does not say.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The region whose prices count, instead of each stack's own.
    pub region: Option<Name>,
    /// Executions at the same time that the account allows, instead of the platform's default.
    pub concurrency: Option<f64>,
    /// US dollars an hour that requests from outside may cost before that is worth a finding.
    pub per_hour: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            region: None,
            concurrency: None,
            per_hour: 500.0,
        }
    }
}

/// What an application can be made to cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estimate {
    /// Its functions, as far as their size is known, in order.
    pub functions: Vec<FunctionCost>,
    /// Functions whose cost cannot be told, and why.
    pub unknown: Vec<(FunctionId, String)>,
    /// What somebody outside can set going, the dearest request first.
    pub entries: Vec<Entry>,
    /// US dollars for an hour in which everything runs that may run at the same time.
    pub per_hour: f64,
    /// Executions at the same time that functions without a reservation share.
    pub shared: f64,
}

impl Estimate {
    /// The cost of a function, where it is known.
    #[must_use]
    pub fn function(&self, id: FunctionId) -> Option<&FunctionCost> {
        let at = self
            .functions
            .binary_search_by_key(&id, |function| function.id);
        at.ok().and_then(|at| self.functions.get(at))
    }

    /// US dollars for an hour in which as many of these functions run as may.
    #[must_use]
    pub fn per_hour_of(&self, functions: &[FunctionId]) -> f64 {
        let costs = functions.iter().filter_map(|id| self.function(*id));
        per_hour(costs, self.shared)
    }
}

/// Estimates the worst case of an application.
#[must_use]
pub fn estimate(model: &Model<'_>, settings: &Settings) -> Estimate {
    let platform = &model.knowledge.function_platform;
    let account = settings.concurrency.unwrap_or(platform.concurrency);
    let shared = shared(model, account);
    let mut functions = Vec::new();
    let mut unknown = Vec::new();
    for (id, function) in model.application.functions() {
        match function::cost(model, settings, id, function, shared) {
            Ok(cost) => functions.push(cost),
            Err(reason) => unknown.push((id, reason)),
        }
    }
    let entries = entry::entries(model, &functions);
    Estimate {
        per_hour: per_hour(functions.iter(), shared),
        functions,
        unknown,
        entries,
        shared,
    }
}

/// What reservations leave of the account's concurrency.
fn shared(model: &Model<'_>, account: f64) -> f64 {
    let functions = model.application.functions.iter();
    let reserved: f64 = functions
        .filter_map(|function| function.reserved_concurrency.known())
        .sum();
    (account - reserved).max(0.0)
}

/// Reserved functions run side by side; what is shared goes to the dearest first, each as far as its triggers let it.
fn per_hour<'a>(functions: impl Iterator<Item = &'a FunctionCost>, shared: f64) -> f64 {
    let (reserved, mut others): (Vec<_>, Vec<_>) =
        functions.partition(|function| matches!(function.limit, Limit::Reserved(_)));
    let mut total: f64 = reserved.iter().map(|function| function.per_hour()).sum();
    others.sort_by(|one, other| other.per_execution_hour.total_cmp(&one.per_execution_hour));
    let mut left = shared;
    for function in others {
        let share = function.concurrency.min(left);
        total += share * function.per_execution_hour;
        left -= share;
    }
    total
}

/// A setting that caps what an application can be made to cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lever {
    /// The function to reserve concurrency for.
    pub function: FunctionId,
    /// How many executions.
    pub concurrency: f64,
    /// US dollars an hour of the function without it.
    pub before: f64,
    /// US dollars an hour of the function with it.
    pub after: f64,
    /// US dollars an hour of the whole application with it and with those before it in the list.
    pub in_all: f64,
}

/// How many levers are told at most.
const MOST_LEVERS: usize = 50;

impl Estimate {
    /// The functions for which a reservation of so many executions saves most, the biggest saving first. Only those that nothing
    /// but the account limits. What one of them no longer takes of the account's concurrency is there for the others.
    #[must_use]
    pub fn levers(&self, concurrency: f64) -> Vec<Lever> {
        let (mut open, others): (Vec<_>, Vec<_>) = self.functions.iter().partition(|function| {
            function.limit == Limit::Account && concurrency < function.concurrency
        });
        let saving = |it: &FunctionCost| it.per_hour() - it.per_hour_at(concurrency);
        open.sort_by(|one, other| saving(other).total_cmp(&saving(one)));
        let mut reserved = 0.0;
        let mut shared = self.shared;
        let levers = open.iter().enumerate().take(MOST_LEVERS);
        levers
            .map(|(at, function)| {
                reserved += function.per_hour_at(concurrency);
                shared = (shared - concurrency).max(0.0);
                let left = open.iter().skip(at + 1).chain(&others);
                Lever {
                    function: function.id,
                    concurrency,
                    before: function.per_hour(),
                    after: function.per_hour_at(concurrency),
                    in_all: reserved + per_hour(left.copied(), shared),
                }
            })
            .collect()
    }
}
