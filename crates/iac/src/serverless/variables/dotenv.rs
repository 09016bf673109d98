//! `${env:X}` from the `.env` files of the service, which version 3 reads with `useDotenv: true` and version 4 always.

use base::{Map, Name};

use super::Resolver;
use crate::tree::Tree;

impl Resolver<'_> {
    /// The value of an environment variable, where a file of the service sets it.
    pub(super) fn dotenv_value(&mut self, name: &str) -> Option<Name> {
        if self.environment.is_none() {
            let read = if self.reads_dotenv() {
                self.read_dotenv()
            } else {
                Map::default()
            };
            self.environment = Some(read);
        }
        self.environment.as_ref()?.get(name).cloned()
    }

    fn reads_dotenv(&self) -> bool {
        let is_asked_for = self.service.get("useDotenv").and_then(Tree::as_bool);
        let version = self.service.get("frameworkVersion").and_then(Tree::as_name);
        let is_new = version.is_some_and(|it| {
            it.trim_start_matches(|sign: char| !sign.is_ascii_digit())
                .starts_with('4')
        });
        is_asked_for.unwrap_or(is_new)
    }

    /// The stage's own file wins; without one the general file counts.
    fn read_dotenv(&mut self) -> Map<Name, Name> {
        // The stage may itself ask for the environment, which then has nothing to say.
        self.environment = Some(Map::default());
        let stage = self.stage(self.service.place);
        let stage = self.resolve(&stage).as_name().unwrap_or_default();
        let directory = self.path.parent();
        [
            format!(".env.{stage}.local"),
            format!(".env.{stage}"),
            ".env.local".to_owned(),
            ".env".to_owned(),
        ]
        .iter()
        .filter_map(|name| directory.join(name).ok())
        .find_map(|path| self.project.system.read(&path).ok())
        .map(|text| text.lines().filter_map(setting).collect())
        .unwrap_or_default()
    }
}

/// `NAME=value`, `export NAME="value"`, with comments and blank lines left out.
fn setting(line: &str) -> Option<(Name, Name)> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
    let value = value.trim();
    let quoted = ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.split(*quote).next());
    let value = quoted.unwrap_or_else(|| value.split(" #").next().unwrap_or(value).trim_end());
    Some((name.trim().into(), value.into()))
}
