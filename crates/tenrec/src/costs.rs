//! What an application can be made to cost, as people and programs read it.

use std::fmt::Write;

use app::FunctionId;
use base::{Place, System};
use cost::{Entry, Estimate, FunctionCost, Invocations, Limit};
use link::Model;
use report::plain;
use serde::Serialize;

use crate::lines::Lines;

/// The concurrency that levers are computed for.
const RESERVED: f64 = 10.0;
/// How many functions, requests and levers are shown to people.
const SHOWN: usize = 10;

/// An estimate with the project that it is about.
pub struct Costs<'a> {
    /// The project's model.
    pub model: &'a Model<'a>,
    /// Its files.
    pub system: &'a dyn System,
    /// What it can be made to cost.
    pub estimate: &'a Estimate,
    /// The region whose prices were asked for.
    pub region: Option<&'a str>,
}

impl Costs<'_> {
    /// For people.
    #[must_use]
    pub fn terminal(&self) -> String {
        let mut out = String::new();
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let estimate = self.estimate;
        let bold = anstyle::Style::new().bold();
        let platform = &self.model.knowledge.function_platform;
        if estimate.functions.is_empty() {
            writeln!(
                out,
                "No function whose size is known: there is nothing to estimate."
            )?;
            return self.write_unknown(out);
        }
        writeln!(
            out,
            "{bold}At worst {} an hour{bold:#}, when everything runs that may run at the same time",
            dollars(estimate.per_hour)
        )?;
        writeln!(
            out,
            "  prices on demand of {}, {}, of functions alone; {} executions at the same time are shared\n",
            platform.checked,
            self.region.unwrap_or("each stack's region"),
            count(estimate.shared)
        )?;
        self.write_functions(out)?;
        self.write_entries(out)?;
        self.write_levers(out)?;
        self.write_unknown(out)
    }

    fn write_functions(&self, out: &mut String) -> std::fmt::Result {
        let bold = anstyle::Style::new().bold();
        writeln!(
            out,
            "{bold}{:<40} {:>9} {:>8} {:>18} {:>12} {:>12}{bold:#}",
            "function", "memory", "timeout", "at the same time", "a call", "an hour"
        )?;
        let mut functions: Vec<&FunctionCost> = self.estimate.functions.iter().collect();
        functions.sort_by(|one, other| other.per_hour().total_cmp(&one.per_hour()));
        for function in functions.iter().take(SHOWN) {
            let limit = match function.limit {
                Limit::Reserved(_) => "reserved",
                Limit::Triggers => "by its queues",
                Limit::Account => "shared",
            };
            writeln!(
                out,
                "{:<40} {:>5} MiB {:>6} s {:>18} {:>12} {:>12}",
                self.name(function.id),
                count(function.memory),
                count(function.timeout),
                format!("{} {limit}", count(function.concurrency)),
                dollars(function.per_invocation),
                dollars(function.per_hour()),
            )?;
        }
        rest(out, functions.len(), "functions")
    }

    fn write_entries(&self, out: &mut String) -> std::fmt::Result {
        let entries = &self.estimate.entries;
        if entries.is_empty() {
            return writeln!(out, "Nobody outside can invoke a function directly.\n");
        }
        let bold = anstyle::Style::new().bold();
        let lines = Lines::new(self.system);
        writeln!(
            out,
            "{bold}What one request from outside sets going at worst{bold:#}"
        )?;
        for entry in entries.iter().take(SHOWN) {
            writeln!(
                out,
                "{} by {}: {}",
                self.name(entry.function),
                entry.reach.who(),
                self.consequence(entry)
            )?;
            writeln!(out, "    trigger  {}", plain(&lines.show(entry.place)))?;
            for delivery in &entry.deliveries {
                writeln!(
                    out,
                    "    channel  {}  `{}` in {} writes to `{}`, which invokes {}{}",
                    plain(&lines.show(delivery.place)),
                    plain(&delivery.by),
                    self.name(delivery.from),
                    plain(&self.model.resource_label(delivery.through)),
                    self.name(delivery.to),
                    if delivery.is_repeated {
                        ", in each round of a loop"
                    } else {
                        ""
                    }
                )?;
            }
        }
        rest(out, entries.len(), "requests")
    }

    fn consequence(&self, entry: &Entry) -> String {
        let price = entry
            .per_request
            .map(|price| format!(", {}", dollars(price)));
        let price = price.unwrap_or_default();
        match entry.invocations {
            Invocations::Endless => "invocations without end".to_owned(),
            Invocations::AtLeast(many) => format!("at least {}{price}", invocations(many)),
            Invocations::Exactly(many) => format!("{}{price}", invocations(many)),
        }
    }

    fn write_levers(&self, out: &mut String) -> std::fmt::Result {
        let levers = self.estimate.levers(RESERVED);
        if levers.is_empty() {
            return Ok(());
        }
        let bold = anstyle::Style::new().bold();
        writeln!(out, "{bold}What caps it most{bold:#}")?;
        for lever in levers.iter().take(SHOWN) {
            writeln!(
                out,
                "Reserve {} executions for {}: {} an hour instead of {}; with all so far, at worst {} in all",
                count(lever.concurrency),
                self.name(lever.function),
                dollars(lever.after),
                dollars(lever.before),
                dollars(lever.in_all)
            )?;
        }
        rest(out, levers.len(), "reservations")
    }

    fn write_unknown(&self, out: &mut String) -> std::fmt::Result {
        for (function, reason) in &self.estimate.unknown {
            writeln!(
                out,
                "not counted: {}, because {}",
                self.name(*function),
                plain(reason)
            )?;
        }
        Ok(())
    }

    fn name(&self, function: FunctionId) -> String {
        plain(&self.model.function_name(function))
    }

    /// For programs.
    ///
    /// # Errors
    /// Never for what can be estimated; writing JSON may fail.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        let lines = Lines::new(self.system);
        let platform = &self.model.knowledge.function_platform;
        let functions = self.estimate.functions.iter();
        let entries = self.estimate.entries.iter();
        let unknown = self.estimate.unknown.iter();
        let levers = self.estimate.levers(RESERVED);
        let report = Json {
            schema_version: 1,
            prices: Prices {
                checked: &platform.checked,
                source: &platform.source,
                region: self.region,
            },
            per_hour: self.estimate.per_hour,
            functions: functions.map(|it| self.function(it)).collect(),
            entries: entries.map(|it| self.entry(it, &lines)).collect(),
            levers: levers
                .iter()
                .map(|lever| JsonLever {
                    function: self.model.function_name(lever.function).to_string(),
                    reserved_concurrency: lever.concurrency,
                    per_hour_before: lever.before,
                    per_hour_after: lever.after,
                    per_hour_in_all: lever.in_all,
                })
                .collect(),
            unknown: unknown
                .map(|(function, reason)| Unknown {
                    function: self.model.function_name(*function).to_string(),
                    reason,
                })
                .collect(),
        };
        Ok(serde_json::to_string_pretty(&report)? + "\n")
    }

    fn function(&self, function: &FunctionCost) -> JsonFunction {
        JsonFunction {
            id: self.model.function_name(function.id).to_string(),
            memory: function.memory,
            timeout: function.timeout,
            concurrency: function.concurrency,
            limited_by: match function.limit {
                Limit::Reserved(_) => "reservation",
                Limit::Triggers => "triggers",
                Limit::Account => "account",
            },
            per_invocation: function.per_invocation,
            per_hour: function.per_hour(),
        }
    }

    fn entry(&self, entry: &Entry, lines: &Lines<'_>) -> JsonEntry {
        let deliveries = entry.deliveries.iter();
        JsonEntry {
            function: self.model.function_name(entry.function).to_string(),
            who: entry.reach.as_str(),
            at: at(lines, entry.place),
            invocations: entry.invocations.count(),
            is_endless: entry.invocations == Invocations::Endless,
            is_least: matches!(entry.invocations, Invocations::AtLeast(_)),
            per_request: entry.per_request,
            deliveries: deliveries
                .map(|delivery| JsonDelivery {
                    from: self.model.function_name(delivery.from).to_string(),
                    to: self.model.function_name(delivery.to).to_string(),
                    by: delivery.by.to_string(),
                    through: self.model.resource_label(delivery.through),
                    at: at(lines, delivery.place),
                    is_repeated: delivery.is_repeated,
                })
                .collect(),
        }
    }
}

/// Says how many of a list are not shown, and ends its paragraph.
fn rest(out: &mut String, all: usize, what: &str) -> std::fmt::Result {
    if SHOWN < all {
        writeln!(
            out,
            "… and {} more {what}; --format json has all",
            all - SHOWN
        )?;
    }
    writeln!(out)
}

fn invocations(many: f64) -> String {
    match many {
        1.0 => "1 invocation".to_owned(),
        many => format!("{} invocations", count(many)),
    }
}

/// Cents for what is dear, more digits for what is cheap.
fn dollars(amount: f64) -> String {
    if amount < 0.01 {
        format!("${amount:.6}")
    } else {
        let cents = format!("{amount:.2}");
        let (whole, rest) = cents.split_once('.').unwrap_or((&cents, "00"));
        format!("${}.{rest}", grouped(whole))
    }
}

fn count(number: f64) -> String {
    grouped(&format!("{number:.0}"))
}

/// Digits with a comma before every third from the end.
fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if 0 < at && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn at(lines: &Lines<'_>, place: Place) -> At {
    At {
        file: lines.path(place).to_string(),
        line: lines.line(place),
    }
}

#[derive(Serialize)]
struct Json<'a> {
    schema_version: u32,
    prices: Prices<'a>,
    /// US dollars, as all amounts here.
    per_hour: f64,
    functions: Vec<JsonFunction>,
    entries: Vec<JsonEntry>,
    levers: Vec<JsonLever>,
    unknown: Vec<Unknown<'a>>,
}

#[derive(Serialize)]
struct Prices<'a> {
    checked: &'a str,
    source: &'a str,
    region: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonFunction {
    id: String,
    /// MiB.
    memory: f64,
    /// Seconds.
    timeout: f64,
    concurrency: f64,
    limited_by: &'static str,
    per_invocation: f64,
    per_hour: f64,
}

#[derive(Serialize)]
struct JsonEntry {
    function: String,
    who: &'static str,
    #[serde(flatten)]
    at: At,
    invocations: Option<f64>,
    is_endless: bool,
    is_least: bool,
    per_request: Option<f64>,
    deliveries: Vec<JsonDelivery>,
}

#[derive(Serialize)]
struct JsonDelivery {
    from: String,
    to: String,
    by: String,
    through: String,
    #[serde(flatten)]
    at: At,
    is_repeated: bool,
}

#[derive(Serialize)]
struct JsonLever {
    function: String,
    reserved_concurrency: f64,
    per_hour_before: f64,
    per_hour_after: f64,
    /// Of the application, with this one and those before it.
    per_hour_in_all: f64,
}

#[derive(Serialize)]
struct Unknown<'a> {
    function: String,
    reason: &'a str,
}

#[derive(Serialize)]
struct At {
    file: String,
    line: u32,
}

#[cfg(test)]
mod tests {
    use super::{count, dollars};

    #[test]
    fn amounts_are_readable_whatever_their_size() {
        assert_eq!(dollars(0.000_48), "$0.000480");
        assert_eq!(dollars(1234.5), "$1,234.50");
        assert_eq!(count(11520.0), "11,520");
        assert_eq!(count(999.0), "999");
    }
}
