//! The project's settings: `tenrec.toml` at its root.
//!
//! The file lies in the scanned tree, so whoever writes the project writes it: it can choose what is shown, but it holds no
//! path that is opened, only patterns that listed files are compared with. Its schema is `schema/tenrec.schema.json`.

use std::collections::BTreeMap;
use std::fmt;

use base::{LineIndex, RelPath};
use finding::{RuleInfo, Severity};
use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use knowledge::Knowledge;
use serde::Deserialize;
use toml::Spanned;
use toml::de::DeTable;

use crate::names;
use crate::select::{FailOn, Selection, Selector};

/// The settings' file, at the root of a project.
pub const FILE: &str = "tenrec.toml";

/// The most patterns of one list; more are no configuration but an attack.
const MOST_PATTERNS: usize = 1_000;

/// The longest pattern, in bytes.
const LONGEST_PATTERN: usize = 1_000;

/// What a project sets for itself.
#[derive(Debug, Default)]
pub struct Config {
    /// Only files that match are scanned; all where there is none.
    pub include: Option<GlobSet>,
    /// Files that match are not scanned.
    pub exclude: GlobSet,
    /// What is shown.
    pub selection: Selection,
    /// The least severity that fails the scan.
    pub fail_on: Option<FailOn>,
    /// Severities in place of the computed ones, the most precise selector first.
    pub severities: Vec<(Selector, Severity)>,
    /// What is accepted where.
    pub exceptions: Vec<Exception>,
    /// How dear the application may become.
    pub cost: cost::Settings,
    /// The built-in knowledge with the project's own rows, where it has any.
    pub knowledge: Option<Box<Knowledge>>,
}

/// Findings that are accepted in some files, with the reason.
#[derive(Debug)]
pub struct Exception {
    /// In which files.
    pub paths: GlobSet,
    /// Which findings.
    pub rules: Vec<Selector>,
    /// Why.
    pub reason: String,
}

/// Why a configuration is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// The file as the user named it.
    pub file: String,
    /// Line and column, from 1, where they are known.
    pub at: Option<(u32, u32)>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some((line, column)) => write!(f, "{}:{line}:{column}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "kebab-case")]
struct Written {
    include: Vec<Spanned<String>>,
    exclude: Vec<Spanned<String>>,
    select: Vec<Spanned<String>>,
    ignore: Vec<Spanned<String>>,
    fail_on: Option<Spanned<String>>,
    severity: BTreeMap<Spanned<String>, Spanned<String>>,
    exception: Vec<Spanned<WrittenException>>,
    cost: WrittenCost,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "kebab-case")]
struct WrittenCost {
    region: Option<String>,
    concurrency: Option<Spanned<u32>>,
    per_hour: Option<Spanned<f64>>,
}

#[derive(Deserialize)]
struct WrittenException {
    paths: Vec<Spanned<String>>,
    rules: Vec<Spanned<String>>,
    reason: Spanned<String>,
}

/// The keys of the file, with the tables of [`Knowledge::extend`].
const KEYS: [&str; 9] = [
    "include",
    "exclude",
    "select",
    "ignore",
    "fail-on",
    "severity",
    "exception",
    "cost",
    "taint",
];

/// The keys of `[cost]`.
const COST_KEYS: [&str; 3] = ["region", "concurrency", "per-hour"];

/// The keys of one `[[exception]]`.
const EXCEPTION_KEYS: [&str; 3] = ["paths", "rules", "reason"];

impl Config {
    /// Reads a configuration; `file` is its name in messages.
    ///
    /// # Errors
    /// When it is not TOML, has a key that is not known, or names a rule, severity or pattern that is none.
    pub fn parse(file: &str, text: &str, rules: &[RuleInfo]) -> Result<Self, ConfigError> {
        let reader = Reader { file, text, rules };
        reader.check_keys()?;
        let written: Written = toml::from_str(text).map_err(|error| reader.toml_error(&error))?;
        let mut config = Self {
            include: match written.include.as_slice() {
                [] => None,
                patterns => Some(reader.patterns(patterns)?),
            },
            exclude: reader.patterns(&written.exclude)?,
            selection: Selection {
                select: reader.selectors(&written.select)?,
                ignore: reader.selectors(&written.ignore)?,
            },
            ..Self::default()
        };
        if let Some(written) = &written.fail_on {
            config.fail_on = Some(reader.at(written, FailOn::parse(written.get_ref()))?);
        }
        for (rule, severity) in &written.severity {
            let selector = reader.at(rule, Selector::parse(rule.get_ref(), rules))?;
            let value = reader.at(severity, crate::select::severity(severity.get_ref()))?;
            config.severities.push((selector, value));
        }
        config
            .severities
            .sort_by_key(|(selector, _)| match selector {
                Selector::Rule(_) => 0,
                Selector::Risk(_) => 1,
                Selector::Severity(_) => 2,
            });
        for exception in &written.exception {
            config.exceptions.push(reader.exception(exception)?);
        }
        config.cost = reader.cost(&written.cost)?;
        config.knowledge = reader.knowledge()?;
        Ok(config)
    }

    /// Whether a file is scanned.
    #[must_use]
    pub fn lists(&self, path: &RelPath) -> bool {
        let include = self.include.as_ref();
        include.is_none_or(|include| include.is_match(path.as_str()))
            && !self.exclude.is_match(path.as_str())
    }

    /// The severity that the project gives a finding in place of the computed one.
    #[must_use]
    pub fn severity(&self, rule: &str, computed: Severity) -> Option<Severity> {
        self.severities
            .iter()
            .find(|(selector, _)| selector.matches(rule, computed))
            .map(|(_, severity)| *severity)
    }
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    rules: &'a [RuleInfo],
}

impl Reader<'_> {
    fn error(&self, offset: usize, message: impl Into<String>) -> ConfigError {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        let at = LineIndex::new(self.text).line_column(self.text, offset);
        ConfigError {
            file: self.file.to_owned(),
            at: Some((at.line, at.column)),
            message: message.into(),
        }
    }

    fn at<T, V>(&self, written: &Spanned<V>, read: Result<T, String>) -> Result<T, ConfigError> {
        read.map_err(|message| self.error(written.span().start, message))
    }

    fn toml_error(&self, error: &toml::de::Error) -> ConfigError {
        let offset = error.span().map_or(0, |span| span.start);
        self.error(offset, error.message().trim())
    }

    fn check_keys(&self) -> Result<(), ConfigError> {
        let table = DeTable::parse(self.text).map_err(|error| self.toml_error(&error))?;
        self.check(table.get_ref(), &KEYS)?;
        let cost = table.get_ref().get("cost");
        if let Some(cost) = cost.and_then(|it| it.get_ref().as_table()) {
            self.check(cost, &COST_KEYS)?;
        }
        let exceptions = table.get_ref().get("exception");
        let items = exceptions.and_then(|it| it.get_ref().as_array());
        for item in items.into_iter().flatten() {
            if let Some(table) = item.get_ref().as_table() {
                self.check(table, &EXCEPTION_KEYS)?;
            }
        }
        Ok(())
    }

    fn check(&self, table: &DeTable<'_>, known: &[&str]) -> Result<(), ConfigError> {
        for key in table.keys() {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let hint = names::hint(name, known.iter().copied());
                return Err(self.error(key.span().start, format!("unknown key `{name}`{hint}")));
            }
        }
        Ok(())
    }

    fn selectors(&self, written: &[Spanned<String>]) -> Result<Vec<Selector>, ConfigError> {
        written
            .iter()
            .map(|text| self.at(text, Selector::parse(text.get_ref(), self.rules)))
            .collect()
    }

    fn patterns(&self, written: &[Spanned<String>]) -> Result<GlobSet, ConfigError> {
        let mut set = GlobSetBuilder::new();
        if let Some(first) = written.get(MOST_PATTERNS) {
            let message = format!("there are more than {MOST_PATTERNS} patterns");
            return Err(self.error(first.span().start, message));
        }
        for text in written {
            for glob in self.at(text, pattern(text.get_ref()))? {
                set.add(glob);
            }
        }
        set.build()
            .map_err(|error| self.error(0, error.to_string()))
    }

    fn exception(&self, written: &Spanned<WrittenException>) -> Result<Exception, ConfigError> {
        let exception = written.get_ref();
        let reason = exception.reason.get_ref().trim();
        if reason.is_empty() {
            return Err(self.error(exception.reason.span().start, "the reason is empty"));
        }
        Ok(Exception {
            paths: self.patterns(&exception.paths)?,
            rules: self.selectors(&exception.rules)?,
            reason: reason.to_owned(),
        })
    }

    fn cost(&self, written: &WrittenCost) -> Result<cost::Settings, ConfigError> {
        let mut settings = cost::Settings {
            region: written.region.as_deref().map(Into::into),
            concurrency: written
                .concurrency
                .as_ref()
                .map(|it| f64::from(*it.get_ref())),
            ..cost::Settings::default()
        };
        if let Some(dollars) = &written.per_hour {
            settings.per_hour = *dollars.get_ref();
            if settings.per_hour.is_nan() || settings.per_hour < 0.0 {
                return Err(self.error(
                    dollars.span().start,
                    "`per-hour` is an amount of US dollars",
                ));
            }
        }
        Ok(settings)
    }

    fn knowledge(&self) -> Result<Option<Box<Knowledge>>, ConfigError> {
        if !self.text.contains("taint") {
            return Ok(None);
        }
        let mut knowledge = Box::new(Knowledge::builtin().clone());
        knowledge
            .extend(self.file, self.text)
            .map_err(|errors| ConfigError {
                file: self.file.to_owned(),
                at: errors.first().map(|error| (error.line as u32, 1)),
                message: errors
                    .iter()
                    .map(|error| format!("{}: {}", error.row, error.problem))
                    .collect::<Vec<_>>()
                    .join("; "),
            })?;
        Ok(Some(knowledge))
    }
}

/// A pattern relative to the root, as two: a directory stands for everything in it.
fn pattern(text: &str) -> Result<[Glob; 2], String> {
    if LONGEST_PATTERN < text.len() {
        return Err(format!(
            "the pattern is longer than {LONGEST_PATTERN} bytes"
        ));
    }
    RelPath::new(text).map_err(|error| format!("{error}; patterns are relative to the root"))?;
    let text = text
        .strip_prefix("./")
        .unwrap_or(text)
        .trim_end_matches('/');
    let glob = |text: &str| {
        GlobBuilder::new(text)
            .literal_separator(true)
            .build()
            .map_err(|error| error.kind().to_string())
    };
    Ok([glob(text)?, glob(&format!("{text}/**"))?])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(FILE, text, &rules::all())
    }

    fn error(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn everything_that_a_configuration_can_say() {
        let config = parse(
            r#"
            include = ["services/**"]
            exclude = ["services/legacy"]
            select = ["sas1", "critical"]
            ignore = ["sas1/ssrf"]
            fail-on = "high"

            [severity]
            "sas1/path-traversal" = "low"

            [[exception]]
            paths = ["services/tools/*.py"]
            rules = ["sas1"]
            reason = "runs on a build machine"

            [[taint.python.sink]]
            call = "house.shell"
            input = "0"
            kind = "os-command"
            "#,
        )
        .unwrap();
        let lists = |path: &str| config.lists(&RelPath::new(path).unwrap());
        assert!(lists("services/api/app.py"));
        assert!(!lists("services/legacy/app.py") && !lists("other/app.py"));
        assert_eq!(config.fail_on, Some(FailOn::At(Severity::High)));
        assert_eq!(
            config.severity("sas1/path-traversal", Severity::High),
            Some(Severity::Low)
        );
        assert_eq!(config.severity("sas1/ssrf", Severity::High), None);
        assert!(config.exceptions[0].paths.is_match("services/tools/a.py"));
        let knowledge = config.knowledge.unwrap();
        assert!(knowledge.language("python").call("house.shell").is_some());
    }

    #[test]
    fn mistakes_are_named_with_their_place_and_the_nearest_name() {
        assert_eq!(
            error("\nselct = []"),
            "tenrec.toml:2:1: unknown key `selct`; did you mean `select`?"
        );
        assert_eq!(
            error("[[exception]]\npath = []"),
            "tenrec.toml:2:1: unknown key `path`; did you mean `paths`?"
        );
        assert_eq!(
            error("ignore = [\"sas1/srf\"]"),
            "tenrec.toml:1:11: there is no rule, risk or severity `sas1/srf`; did you mean `sas1/ssrf`?"
        );
        assert_eq!(
            error("fail-on = \"hihg\""),
            "tenrec.toml:1:11: there is no severity `hihg`; did you mean `high`?"
        );
        assert!(error("exclude = [\"../x\"]").contains("the path leaves the project"));
        assert!(error("exclude = [\"/etc/*\"]").contains("the path is absolute"));
        assert!(
            error("[[exception]]\npaths = []\nrules = []\nreason = \" \"")
                .contains("reason is empty")
        );
        let sink = "[[taint.python.sink]]\ncall = \"a.b\"\ninput = \"0\"\nkind = \"os-comand\"";
        assert!(
            error(sink).contains("did you mean `os-command`?"),
            "{}",
            error(sink)
        );
    }
}
