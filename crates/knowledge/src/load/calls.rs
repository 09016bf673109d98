//! Loading of service files: operations, and the API paths that perform them.

use base::{Map, Name};

use super::Loader;
use super::file::File;
use crate::OperationCall;
use crate::error::Problem;
use crate::knowledge::plain;
use crate::source::operation::{CallRow, ServiceFile, Vocabularies};
use crate::source::vocabulary;

impl Loader {
    /// Files the operations and calls of one service.
    pub(super) fn service(&mut self, file: File<'_>, service: &ServiceFile) {
        let mut ids = Map::<Name, u32>::default();
        for spanned in &service.operation {
            let row = spanned.get_ref();
            let resources: Vec<&str> = self
                .knowledge
                .resource_types
                .keys()
                .map(Name::as_str)
                .collect();
            let words = Vocabularies {
                parts: &self.knowledge.parts,
                resources: &resources,
            };
            let added = service.operation(row, &words).and_then(|operation| {
                if ids.contains_key(&row.name) {
                    return Err(Problem::Duplicate);
                }
                let id = u32::try_from(self.knowledge.operations.len())
                    .map_err(|_| Problem::Conflict("there are too many operations"))?;
                self.knowledge.operations.push(operation);
                ids.insert(row.name.clone(), id);
                Ok(id)
            });
            let filed = added.and_then(|id| {
                for derived in service.derived_calls(row) {
                    let call = OperationCall {
                        operation: id,
                        parameters: derived.style,
                        overrides: Vec::new(),
                        result: Vec::new(),
                    };
                    self.file_call(derived.language, &derived.path, call)?;
                }
                Ok(())
            });
            if let Err(problem) = filed {
                self.refuse(file, spanned, "operation", &row.name, problem);
            }
        }
        for spanned in &service.call {
            let row = spanned.get_ref();
            if let Err(problem) = self.written_call(row, service, &ids) {
                self.refuse(file, spanned, "call", &row.path.label(), problem);
            }
        }
    }

    fn written_call(
        &mut self,
        row: &CallRow,
        service: &ServiceFile,
        ids: &Map<Name, u32>,
    ) -> Result<(), Problem> {
        let Some(operation) = ids.get(&row.operation) else {
            let names = service.operation.iter();
            let names = names.map(|spanned| spanned.get_ref().name.as_str());
            return Err(vocabulary::unknown("operation", &row.operation, names));
        };
        let call = row.performs(*operation)?;
        for path in row.path.filled("path")? {
            self.file_call(&row.language, path, call.clone())?;
        }
        Ok(())
    }

    fn file_call(
        &mut self,
        language: &str,
        path: &str,
        call: OperationCall,
    ) -> Result<(), Problem> {
        let calls = &mut self.language(language)?.operations;
        match calls.insert(plain(path).into(), call) {
            None => Ok(()),
            Some(_) => Err(Problem::Duplicate),
        }
    }
}
