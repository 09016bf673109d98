//! `tenrec redos`: whether one regular expression can be made to run for ages.

use std::process::ExitCode;

use anyhow::{Context, Result};
use redos::{Call, Flavor, Growth, Sample, Verdict, Vulnerability, Why};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::cli::{ListFormat, Redos, RedosCall, RedosFlavor};

/// How often an attack that is shown repeats its pumps: enough to notice, where the steps double and where they do not.
const SHOWN: (usize, usize) = (30, 30_000);
/// Most counts that are shown.
const COUNTS: usize = 5;

pub(crate) fn run(arguments: &Redos) -> Result<ExitCode> {
    let flavor = flavor(arguments.flavor);
    let call = match arguments.call {
        RedosCall::Search => Call::Search,
        RedosCall::Match => Call::Prefix,
        RedosCall::Fullmatch => Call::Full,
    };
    let asked = Asked::new(arguments, flavor);
    let verdict = redos::analyze(asked.pattern, flavor, asked.flags, call)
        .with_context(|| format!("`{}` is no {} pattern", asked.pattern, flavor.name()))?;
    let text = match arguments.format {
        ListFormat::Terminal => terminal(asked.pattern, flavor, &verdict),
        ListFormat::Json => json(&asked, flavor, &verdict)?,
    };
    crate::print(&text)?;
    Ok(match verdict {
        Verdict::Safe(_) => ExitCode::SUCCESS,
        Verdict::Vulnerable(_) => ExitCode::from(1),
        Verdict::Undecided(_) => ExitCode::from(2),
    })
}

/// A pattern, and the flags that stand outside of it.
struct Asked<'a> {
    pattern: &'a str,
    flags: &'a str,
}

impl<'a> Asked<'a> {
    fn new(arguments: &'a Redos, flavor: Flavor) -> Self {
        let has_literals = matches!(flavor, Flavor::JavaScript | Flavor::Pcre);
        let whole = Self {
            pattern: &arguments.pattern,
            flags: &arguments.flags,
        };
        if !has_literals || !arguments.flags.is_empty() {
            return whole;
        }
        Self::literal(&arguments.pattern).unwrap_or(whole)
    }

    /// `/pattern/flags`, as the languages write it: no slash in it but after a backslash or in a class.
    fn literal(text: &'a str) -> Option<Self> {
        let (pattern, flags) = text.strip_prefix('/')?.rsplit_once('/')?;
        let mut is_escaped = false;
        let mut is_in_class = false;
        let mut ends = |char: char| {
            let was_escaped = std::mem::take(&mut is_escaped);
            match char {
                _ if was_escaped => {}
                '\\' => is_escaped = true,
                '[' => is_in_class = true,
                ']' => is_in_class = false,
                _ => return char == '/' && !is_in_class,
            }
            false
        };
        let is_whole = !pattern.is_empty() && !pattern.chars().any(&mut ends);
        let are_flags = flags.chars().all(|flag| flag.is_ascii_alphabetic());
        (is_whole && are_flags).then_some(Self { pattern, flags })
    }
}

fn flavor(flavor: RedosFlavor) -> Flavor {
    match flavor {
        RedosFlavor::Js => Flavor::JavaScript,
        RedosFlavor::Python => Flavor::Python,
        RedosFlavor::Java => Flavor::Java,
        RedosFlavor::Dotnet => Flavor::DotNet,
        RedosFlavor::Pcre => Flavor::Pcre,
        RedosFlavor::Go => Flavor::Go,
    }
}

fn terminal(pattern: &str, flavor: Flavor, verdict: &Verdict) -> String {
    let good = anstyle::AnsiColor::Green.on_default().bold();
    let unsure = anstyle::AnsiColor::Yellow.on_default().bold();
    match verdict {
        Verdict::Safe(why) => format!("{good}safe{good:#}: {}\n", because(*why)),
        Verdict::Undecided(reason) => format!("{unsure}undecided{unsure:#}: {reason}\n"),
        Verdict::Vulnerable(found) => weakness(pattern, flavor, found),
    }
}

fn because(why: Why) -> &'static str {
    match why {
        Why::Engine => "this engine does not backtrack",
        Why::Unambiguous => {
            "no text can be matched in so many ways that the engine loses itself in them"
        }
        Why::Unexploitable => {
            "some texts can be matched in many ways, but nothing makes the engine try them all"
        }
    }
}

fn weakness(pattern: &str, flavor: Flavor, found: &Vulnerability) -> String {
    let bad = anstyle::AnsiColor::Red.on_default().bold();
    let dim = anstyle::Style::new().dimmed();
    let times = match found.growth {
        Growth::Exponential => SHOWN.0,
        Growth::Polynomial(_) => SHOWN.1,
    };
    let mut out = format!("{bad}{}{bad:#}\n\n", growth(found.growth));
    // A pattern of several lines cannot be underlined.
    if !pattern.contains(char::is_control) {
        out.push_str(&format!(
            "  {pattern}\n  {bad}{}{bad:#}\n",
            underline(pattern, found)
        ));
    }
    let expression = found.attack.expression(flavor, times);
    out.push_str(&format!("\n  {dim}attack{dim:#}  {expression}\n"));
    for (index, sample) in shown(&found.samples).into_iter().enumerate() {
        let label = if index == 0 { "steps " } else { "      " };
        out.push_str(&format!(
            "  {dim}{label}{dim:#}  {:>7} for {} characters\n",
            sample.steps, sample.length
        ));
    }
    out.push_str(&format!("  {dim}fix{dim:#}     {}\n", found.advice(flavor)));
    out
}

fn growth(growth: Growth) -> String {
    match growth {
        Growth::Exponential => {
            "exponential: a few characters more double the time that a match takes".to_owned()
        }
        Growth::Polynomial(degree) => {
            format!(
                "polynomial: the time that a match takes grows with the length to the power of {degree}"
            )
        }
    }
}

/// Marks below the guilty parts of a pattern.
fn underline(pattern: &str, found: &Vulnerability) -> String {
    let is_guilty = |at: usize| found.guilty.iter().any(|span| span.contains(&at));
    let marks = pattern.char_indices().map(|(at, char)| {
        let mark = if is_guilty(at) { "^" } else { " " };
        mark.repeat(char.encode_utf8(&mut [0; 4]).width())
    });
    marks.collect::<String>().trim_end().to_owned()
}

/// Some of the counts, from the first to the last.
fn shown(samples: &[Sample]) -> Vec<Sample> {
    let stride = samples.len().div_ceil(COUNTS).max(1);
    let mut shown: Vec<Sample> = samples.iter().rev().step_by(stride).copied().collect();
    shown.reverse();
    shown
}

fn json(asked: &Asked<'_>, flavor: Flavor, verdict: &Verdict) -> Result<String> {
    let answer = Answer::new(asked, flavor, verdict);
    let text = serde_json::to_string_pretty(&answer).context("the answer could not be written")?;
    Ok(text + "\n")
}

#[derive(Serialize)]
struct Answer<'a> {
    pattern: &'a str,
    flavor: &'static str,
    flags: &'a str,
    verdict: &'static str,
    /// Why it is safe or undecided.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vulnerability: Option<Weakness<'a>>,
}

#[derive(Serialize)]
struct Weakness<'a> {
    growth: &'static str,
    /// The power of the length.
    #[serde(skip_serializing_if = "Option::is_none")]
    degree: Option<u32>,
    pumps: Vec<Pump>,
    suffix: String,
    /// An expression that makes the string.
    expression: String,
    steps: Vec<Count>,
    guilty: Vec<Guilty<'a>>,
    fix: &'static str,
}

/// Strings as literals, because they may be no Unicode text.
#[derive(Serialize)]
struct Pump {
    prefix: String,
    pump: String,
}

#[derive(Serialize)]
struct Count {
    length: usize,
    steps: u64,
}

#[derive(Serialize)]
struct Guilty<'a> {
    start: usize,
    end: usize,
    text: &'a str,
}

impl<'a> Answer<'a> {
    fn new(asked: &Asked<'a>, flavor: Flavor, verdict: &Verdict) -> Self {
        let (verdict, reason, found) = match verdict {
            Verdict::Safe(why) => ("safe", Some(because(*why).to_owned()), None),
            Verdict::Undecided(reason) => ("undecided", Some(reason.to_string()), None),
            Verdict::Vulnerable(found) => ("vulnerable", None, Some(found)),
        };
        Self {
            pattern: asked.pattern,
            flavor: flavor.name(),
            flags: asked.flags,
            verdict,
            reason,
            vulnerability: found.map(|found| Weakness::new(asked.pattern, flavor, found)),
        }
    }
}

impl<'a> Weakness<'a> {
    fn new(pattern: &'a str, flavor: Flavor, found: &Vulnerability) -> Self {
        let (growth, degree, times) = match found.growth {
            Growth::Exponential => ("exponential", None, SHOWN.0),
            Growth::Polynomial(degree) => ("polynomial", Some(degree), SHOWN.1),
        };
        let pumps = found.attack.pumps.iter().map(|it| Pump {
            prefix: it.prefix.quoted(flavor),
            pump: it.pump.quoted(flavor),
        });
        let steps = found.samples.iter().map(|sample| Count {
            length: sample.length,
            steps: sample.steps,
        });
        let guilty = found.guilty.iter().map(|span| Guilty {
            start: span.start,
            end: span.end,
            text: pattern.get(span.clone()).unwrap_or_default(),
        });
        Self {
            growth,
            degree,
            pumps: pumps.collect(),
            suffix: found.attack.suffix.quoted(flavor),
            expression: found.attack.expression(flavor, times),
            steps: steps.collect(),
            guilty: guilty.collect(),
            fix: found.advice(flavor),
        }
    }
}
