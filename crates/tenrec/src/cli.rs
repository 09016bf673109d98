//! The arguments of the command line.

use std::path::PathBuf;

use clap::{
    ArgAction, ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum,
};
use clap_complete::Shell;
use tenrec::select::FailOn;

/// Finds the ten most critical risks of serverless applications, and proves them.
///
/// Tenrec reads templates and handlers into one model, follows the data that somebody outside controls from the trigger through
/// the code and across functions, and shows the way. Nothing of what is scanned is run.
#[derive(Parser)]
#[command(version, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) verb: Verb,
    /// When to use colours; `auto` means on a terminal, unless NO_COLOR is set.
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) color: Color,
}

const EXAMPLES: &str = "\
Examples:
  tenrec scan                          scan the current directory
  tenrec policy                        the least that each function must be allowed
  tenrec fix                           the edits that mend what was found, each with its diff
  tenrec explain sas1/ssrf             what a rule finds, how it is exploited, how it is fixed
  tenrec rules                         list all rules";

const SCAN_EXAMPLES: &str = "\
Examples:
  tenrec scan services/api
  tenrec scan template.yaml --fail-on high
  tenrec scan --format terminal --format sarif=tenrec.sarif
  tenrec scan --format json --output report.json
  tenrec scan --select sas1,critical --ignore sas1/ssrf
  tenrec scan --baseline report.json   only findings that are not in the report

Exit codes:
  0  nothing at or above --fail-on
  1  findings at or above --fail-on
  2  the scan failed, or the command is wrong; with --strict also when something could not be analysed";

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Scan a project, a template or a handler
    Scan(Box<Scan>),
    /// Write the policy that each function needs at least, with the reason for each action
    Policy(Policy),
    /// Show or write the edits of your files that mend what was found
    Fix(Fix),
    /// Estimate what the application can be made to cost at worst
    Cost(Cost),
    /// Say what an attacker who owns a function could do
    Blast(Blast),
    /// Tell whether a regular expression can be made to run for ages, and show the string that does it
    Redos(Redos),
    /// Print a rule's page, or list the rules of a risk
    #[command(
        after_help = "Examples:\n  tenrec explain sas1/os-command-injection\n  tenrec explain sas4"
    )]
    Explain {
        /// A rule such as sas1/os-command-injection, or a risk such as sas1
        rule: String,
    },
    /// List all rules with the weakness each finds
    Rules {
        /// How the list is written
        #[arg(long, value_name = "FORMAT", default_value = "terminal")]
        format: ListFormat,
    },
    /// Write a bill of materials of what is deployed
    #[command(
        after_help = "Examples:\n  tenrec sbom --output sbom.json\n  tenrec sbom services/api --function create --format spdx"
    )]
    Sbom(Box<Sbom>),
    /// Renew the database of known vulnerabilities
    #[command(subcommand)]
    Db(Db),
    /// Print a completion script for a shell
    #[command(
        after_help = "Examples:\n  tenrec completions bash > /etc/bash_completion.d/tenrec\n  tenrec completions fish > ~/.config/fish/completions/tenrec.fish"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Args)]
pub(crate) struct Sbom {
    /// The project's directory, or one template
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// CycloneDX 1.6 or SPDX 2.3, both in JSON
    #[arg(long, value_name = "FORMAT", default_value = "cyclonedx")]
    pub(crate) format: SbomFormat,
    /// Only what this function ships: NAME or STACK/NAME
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Option<String>,
    /// Write it to this file instead of the standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Known vulnerabilities, as for `tenrec scan`
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) db: Option<PathBuf>,
    /// Use this configuration instead of tenrec.toml in the project's directory
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(crate) config: Option<PathBuf>,
    /// Use no configuration, not even the project's own
    #[arg(long)]
    pub(crate) no_config: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SbomFormat {
    Cyclonedx,
    Spdx,
}

#[derive(Subcommand)]
pub(crate) enum Db {
    /// Download the advisories of all registries and replace the database; the only verb that goes online
    #[command(
        after_help = "Examples:\n  tenrec db update\n  tenrec db update --url https://mirror.company.net/osv\n  tenrec db update --output advisories.db"
    )]
    Update {
        /// Where the exports of OSV are: URL/npm/all.zip and so on
        #[arg(long, value_name = "URL", default_value = crate::advisories::EXPORTS)]
        url: String,
        /// Write the database to this file instead of the user's cache
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

#[derive(Args)]
#[command(after_help = SCAN_EXAMPLES)]
pub(crate) struct Scan {
    /// The project's directory, one template, or one code file
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// How a report is written, and where: FORMAT or FORMAT=FILE; may be repeated
    ///
    /// The formats are terminal (for people), json (see schema/report-v1.schema.json) and sarif (2.1.0, for code scanning).
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "terminal", value_parser = destination)]
    pub(crate) format: Vec<Destination>,
    /// Write the report of the --format before it to this file instead of the standard output; may be repeated
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Vec<PathBuf>,
    /// The least severity that makes the exit code 1: critical, high, medium, low, info, or never [default: low]
    #[arg(long, value_name = "SEVERITY", value_parser = FailOn::parse)]
    pub(crate) fail_on: Option<FailOn>,
    /// Show only these rules (sas1/ssrf), risks (sas1) or severities (high); instead of the configuration's
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) select: Vec<String>,
    /// Do not show these rules, risks or severities, whatever is selected
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,
    /// Show only findings that this earlier report (JSON or SARIF) does not have
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Use this configuration instead of tenrec.toml in the project's directory
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(crate) config: Option<PathBuf>,
    /// Use no configuration, not even the project's own
    #[arg(long)]
    pub(crate) no_config: bool,
    /// Known vulnerabilities: a database of `tenrec db update`, an OSV export or entry, or a directory of them [default: the
    /// database in the user's cache]
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) db: Option<PathBuf>,
    /// Look for secrets in every commit of the directory's Git repository as well, those of all branches and tags
    #[arg(long)]
    pub(crate) history: bool,
    /// Fail with 2 when a file or a handler could not be analysed
    #[arg(long)]
    pub(crate) strict: bool,
    /// Let no comment in the project ignore a finding
    #[arg(long)]
    pub(crate) no_inline_ignores: bool,
    /// How many threads work [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Print findings only, no summary and no progress
    #[arg(long, short, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// List everything that was skipped
    #[arg(long, short, action = ArgAction::SetTrue)]
    pub(crate) verbose: bool,
}

const POLICY_EXAMPLES: &str = "\
Examples:
  tenrec policy services/api
  tenrec policy template.yaml --function CreateOrder --format sam
  tenrec policy backup.py                a script without a template or a handler
  tenrec policy . --explain s3:PutObject

What could not be resolved is listed under `unresolved`; its resource is the narrowest pattern that is enough for certain.";

#[derive(Args)]
#[command(after_help = POLICY_EXAMPLES)]
pub(crate) struct Policy {
    /// The project's directory, one template, or one code file
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Only this function
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Option<String>,
    /// How the policies are written
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    pub(crate) format: PolicyFormat,
    /// Say why an action is needed instead; `s3:*` stands for all of a service
    #[arg(long, value_name = "ACTION")]
    pub(crate) explain: Option<String>,
}

#[derive(Args)]
#[command(
    after_help = "Examples:\n  tenrec blast services/api --function createOrder\n  tenrec blast . --function orders/createOrder --format json"
)]
pub(crate) struct Blast {
    /// The project's directory, or one template
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// The function that the attacker owns
    #[arg(long, value_name = "NAME")]
    pub(crate) function: String,
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: BlastFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BlastFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyFormat {
    /// IAM policies with the reason for each action
    Json,
    /// The same as YAML
    Yaml,
    /// Policies of SAM functions
    Sam,
    /// Statements of serverless.yml
    Serverless,
    /// A role for each function
    #[value(name = "cloudformation")]
    CloudFormation,
    /// A policy document for each function
    Terraform,
}

const FIX_EXAMPLES: &str = "\
Examples:
  tenrec fix                                   every edit with its diff
  tenrec fix --diff | git apply --allow-empty  what is safe, as one patch
  tenrec fix services/api --rule sas4/wildcard-action
  tenrec fix template.yaml --function CreateOrder --apply

An edit is safe where all that the function needs is seen; others are shown with why somebody should look at them first, and are
written with --needs-review only. What is left alone is listed with the reason.

Exit codes:
  0  nothing to do, or everything to do was written
  1  there are edits that were not written
  2  it failed, or the command is wrong";

#[derive(Args)]
#[command(after_help = FIX_EXAMPLES)]
pub(crate) struct Fix {
    /// The project's directory, one template, or one code file
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Only what these rules (sas4/wildcard-action), risks (sas4) or severities find
    #[arg(
        long,
        visible_alias = "select",
        value_name = "NAMES",
        value_delimiter = ','
    )]
    pub(crate) rule: Vec<String>,
    /// Only what concerns this function
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Option<String>,
    /// Print the edits that are safe as one patch, as `git apply` and `patch -p1` read it in the project's directory
    #[arg(long, conflicts_with = "apply")]
    pub(crate) diff: bool,
    /// Write the edits that are safe
    #[arg(long)]
    pub(crate) apply: bool,
    /// With --apply or --diff: those as well that somebody should look at first
    #[arg(long, visible_alias = "unsafe")]
    pub(crate) needs_review: bool,
}

const COST_EXAMPLES: &str = "\
Examples:
  tenrec cost services/api
  tenrec cost template.yaml --region af-south-1 --concurrency 3000
  tenrec cost . --format json

Counted are the functions themselves, on demand: their duration and their invocations, not what the services they call charge.";

#[derive(Args)]
#[command(after_help = COST_EXAMPLES)]
pub(crate) struct Cost {
    /// The project's directory, one template, or one code file
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// How the estimate is written
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    pub(crate) format: ListFormat,
    /// The region whose prices count [default: the template's, else us-east-1]
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub(crate) region: Option<String>,
    /// Executions at the same time that the account allows [default: 1000]
    #[arg(long, value_name = "N")]
    pub(crate) concurrency: Option<u32>,
}

const REDOS_EXAMPLES: &str = r"Examples:
  tenrec redos '^(\w+\s?)*$'
  tenrec redos '(?P<name>a+)+b' --flavor python --call match
  tenrec redos '\s+$' --flags g --format json

Exit codes:
  0  the steps grow with the length of the text
  1  they grow faster
  2  undecided, or the pattern is wrong";

#[derive(Args)]
#[command(after_help = REDOS_EXAMPLES)]
pub(crate) struct Redos {
    /// The regular expression; for js and pcre it may be written as a literal, `/…/flags`
    #[arg(allow_hyphen_values = true)]
    pub(crate) pattern: String,
    /// Whose engine runs it
    #[arg(long, value_name = "FLAVOR", default_value = "js")]
    pub(crate) flavor: RedosFlavor,
    /// Flags that stand outside of the pattern, such as `im`
    #[arg(long, value_name = "FLAGS", default_value = "")]
    pub(crate) flags: String,
    /// How much of the text must match: anything in it (search), its start (match) or all of it (fullmatch)
    #[arg(long, value_name = "CALL", default_value = "search")]
    pub(crate) call: RedosCall,
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    pub(crate) format: ListFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RedosFlavor {
    Js,
    Python,
    Java,
    Dotnet,
    Pcre,
    Go,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RedosCall {
    Search,
    Match,
    Fullmatch,
}

/// A report: how it is written, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Destination {
    pub(crate) format: Format,
    /// The standard output where there is none.
    pub(crate) file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Terminal,
    Json,
    Sarif,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    Terminal,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// Reads the command line. Where it is wrong, prints why and ends the program with 2.
pub(crate) fn parse() -> Arguments {
    let matches = Arguments::command().get_matches();
    Arguments::from_arg_matches(&matches)
        .and_then(|mut arguments| {
            if let (Verb::Scan(scan), Some(matches)) =
                (&mut arguments.verb, matches.subcommand_matches("scan"))
            {
                scan.pair(matches)?;
            }
            Ok(arguments)
        })
        .unwrap_or_else(|error| error.exit())
}

impl Scan {
    /// Gives each `--output` to the `--format` before it, or to the first where none is before it.
    fn pair(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        let wrong = |message: &str| {
            Arguments::command().error(clap::error::ErrorKind::ArgumentConflict, message)
        };
        let indices =
            |name: &str| -> Vec<usize> { matches.indices_of(name).into_iter().flatten().collect() };
        let formats = indices("format");
        for (file, at) in self.output.drain(..).zip(indices("output")) {
            let before = formats.iter().filter(|format| **format < at).count();
            let Some(destination) = self.format.get_mut(before.saturating_sub(1)) else {
                continue;
            };
            if destination.file.replace(file).is_some() {
                return Err(wrong(
                    "a --format has two files; give each --output after its --format",
                ));
            }
        }
        if 1 < self.format.iter().filter(|it| it.file.is_none()).count() {
            return Err(wrong(
                "only one report can go to the standard output; write the others as --format FORMAT=FILE",
            ));
        }
        let mut files: Vec<&PathBuf> = self
            .format
            .iter()
            .filter_map(|it| it.file.as_ref())
            .collect();
        files.sort();
        if files.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(wrong("two reports have the same file"));
        }
        Ok(())
    }
}

/// A region as AWS spells them: `eu-central-1`, `us-gov-west-1`.
fn region(text: &str) -> Result<String, String> {
    let mut parts: Vec<&str> = text.split('-').collect();
    let number = parts.pop().unwrap_or_default();
    let is_word =
        |part: &&str| part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_region = 2 <= parts.len()
        && parts.first().is_some_and(|area| area.len() == 2)
        && parts.iter().all(is_word)
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit());
    if is_region {
        Ok(text.to_owned())
    } else {
        Err("a region is written like `eu-central-1`".to_owned())
    }
}

/// Reads `FORMAT` or `FORMAT=FILE`.
fn destination(text: &str) -> Result<Destination, String> {
    let (format, file) = match text.split_once('=') {
        Some((format, file)) => (format, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let known = ["terminal", "json", "sarif"];
    match Format::from_str(format, false) {
        Ok(_)
            if file
                .as_ref()
                .is_some_and(|file| file.as_os_str().is_empty()) =>
        {
            Err("the file after `=` has no name".to_owned())
        }
        Ok(format) => Ok(Destination { format, file }),
        Err(_) => Err(format!(
            "there is no format `{format}` (terminal, json, sarif){}",
            tenrec::names::hint(format, known)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_destination_is_a_format_with_or_without_a_file() {
        let json = destination("json=out.json").unwrap();
        assert_eq!(json.format, Format::Json);
        assert_eq!(json.file, Some(PathBuf::from("out.json")));
        assert_eq!(destination("sarif").unwrap().file, None);
        assert!(destination("jsn").unwrap_err().contains("`json`"));
        assert!(destination("json=").is_err());
    }
}
