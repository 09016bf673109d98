//! The files of `knowledge/platform/`: what platforms do by themselves.

use crate::error::{KnowledgeError, Problem};
use crate::source::package::LayerFile;
use crate::source::platform::{
    DefaultFile, EndpointFile, FunctionPlatformFile, PublicRow, RuntimeFile, SettingFile, TlsRow,
    VariableFile, VariableRow,
};
use crate::source::vocabulary;
use crate::{Endpoints, MendingSetting};

use super::Loader;
use super::file::File;

impl Loader {
    pub(super) fn runtimes(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        let written = file.parse::<RuntimeFile>()?;
        self.knowledge.today = written
            .checked()
            .map_err(|problem| file.error(0, "`checked`", problem))?;
        let ids = written.runtime.iter().map(|row| row.get_ref().id.as_str());
        for spanned in &written.runtime {
            let row = spanned.get_ref();
            let runtime = written.runtime(row).and_then(|runtime| {
                if let Some(next) = &row.upgrade_to {
                    vocabulary::known("runtime", next, ids.clone())?;
                }
                Ok(runtime)
            });
            match runtime {
                Ok(runtime) => {
                    let replaced = self.knowledge.runtimes.insert(row.id.clone(), runtime);
                    if replaced.is_some() {
                        self.refuse(file, spanned, "runtime", &row.id, Problem::Duplicate);
                    }
                }
                Err(problem) => self.refuse(file, spanned, "runtime", &row.id, problem),
            }
        }
        Ok(())
    }

    pub(super) fn function_platform(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        let written = file.parse::<FunctionPlatformFile>()?;
        self.knowledge.function_platform = written
            .platform()
            .map_err(|problem| file.error(0, "`checked`", problem))?;
        Ok(())
    }

    pub(super) fn defaults(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        for spanned in &file.parse::<DefaultFile>()?.default {
            let row = spanned.get_ref();
            let known = self.knowledge.defaults.entry(row.kind.clone()).or_default();
            let added = row.default().and_then(|default| {
                if known.iter().any(|it| it.property == default.property) {
                    return Err(Problem::Duplicate);
                }
                known.push(default);
                Ok(())
            });
            if let Err(problem) = added {
                let label = format!("{}.{}", row.kind, row.property);
                self.refuse(file, spanned, "default", &label, problem);
            }
        }
        Ok(())
    }

    pub(super) fn settings(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        for spanned in &file.parse::<SettingFile>()?.setting {
            let row = spanned.get_ref();
            let settings = &mut self.knowledge.settings;
            let is_same = |it: &MendingSetting| {
                it.rule == row.rule && it.kind == row.kind && it.property == row.property
            };
            let is_known = settings.iter().any(is_same);
            if is_known {
                let label = format!("{}.{}", row.rule, row.kind);
                self.refuse(file, spanned, "setting", &label, Problem::Duplicate);
            } else {
                settings.push(row.setting());
            }
        }
        Ok(())
    }

    pub(super) fn layers(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        let publishers = file.parse::<LayerFile>()?.publishers();
        self.knowledge.layer_publishers =
            publishers.map_err(|problem| file.error(0, "the file", problem))?;
        Ok(())
    }

    pub(super) fn variables(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        let written = file.parse::<VariableFile>()?;
        let rows = self.rows(file, &written.variable, "variable", VariableRow::variables);
        self.knowledge.switches = rows.concat();
        Ok(())
    }

    pub(super) fn endpoints(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        let written = file.parse::<EndpointFile>()?;
        let public = self.rows(file, &written.public, "public", PublicRow::addresses);
        self.knowledge.endpoints = Endpoints {
            tls: self.rows(file, &written.tls, "tls", TlsRow::endpoint),
            public: public.concat(),
        };
        Ok(())
    }

    pub(super) fn routes(&mut self, file: File<'_>) -> Result<(), KnowledgeError> {
        self.knowledge.routes = file.parse()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::Knowledge;

    #[test]
    fn variables_switch_on_what_their_rows_say() {
        let knowledge = Knowledge::builtin();
        let kind = knowledge.kind("tls-verification-off").unwrap();
        assert!(knowledge.is_switch(kind, "NODE_TLS_REJECT_UNAUTHORIZED", "0"));
        assert!(!knowledge.is_switch(kind, "NODE_TLS_REJECT_UNAUTHORIZED", "1"));
        assert!(!knowledge.is_switch(kind, "DEBUG", "1"));
    }

    #[test]
    fn rows_that_break_a_rule_are_refused() {
        let kinds = "[[kind]]\nname = \"debug-mode\"\ntitle = \"t\"\n";
        let variable = "[[variable]]\nname = \"DEBUG\"\non = \"1\"\nkind = \"debug\"\n";
        let tls = "public = []\n[[tls]]\nkind = \"T\"\nproperty = \"P\"\nweak = \"A\"\n";
        let better = format!("{tls}better = \"A\"\n");
        let default = format!("{tls}better = \"B\"\ndefault = \"A\"\n");
        for (path, text, expected) in [
            (
                "platform/variables.toml",
                variable,
                "did you mean `debug-mode`",
            ),
            (
                "platform/endpoints.toml",
                &better,
                "`better` is one of `weak`",
            ),
            (
                "platform/endpoints.toml",
                &default,
                "`default` and `speaks` go together",
            ),
            ("platform/routes.toml", "open = []\n", "missing field"),
        ] {
            let errors = Knowledge::load([("kinds.toml", kinds), (path, text)]).unwrap_err();
            let [error] = errors.as_slice() else {
                panic!("{errors:?}");
            };
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
