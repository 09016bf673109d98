//! Loading of service files: operations, and the API paths that perform them.

use base::{Map, Name};

use super::Loader;
use super::file::File;
use crate::OperationCall;
use crate::error::Problem;
use crate::knowledge::plain;
use crate::source::operation::{CallRow, OperationRow, ServiceFile, Vocabularies};
use crate::source::vocabulary;

impl Loader {
    /// Files the operations and calls of one service.
    pub(super) fn service(&mut self, file: File<'_>, service: &ServiceFile) {
        let mut ids = Map::<Name, u32>::default();
        for spanned in &service.operation {
            let row = spanned.get_ref();
            let filed = row.name.filled("name").and_then(|names| {
                let mut names = names.iter();
                names.try_for_each(|name| self.operation(service, row, name, &mut ids))
            });
            if let Err(problem) = filed {
                self.refuse(file, spanned, "operation", &row.name.label(), problem);
            }
        }
        for spanned in &service.call {
            let row = spanned.get_ref();
            if let Err(problem) = self.written_call(row, service, &ids) {
                self.refuse(file, spanned, "call", &row.path.label(), problem);
            }
        }
    }

    fn operation(
        &mut self,
        service: &ServiceFile,
        row: &OperationRow,
        name: &Name,
        ids: &mut Map<Name, u32>,
    ) -> Result<(), Problem> {
        let resources = self.knowledge.resource_types.keys();
        let resources: Vec<&str> = resources.map(Name::as_str).collect();
        let words = Vocabularies {
            parts: &self.knowledge.parts,
            resources: &resources,
        };
        let operation = service.operation(row, name, &words)?;
        let id = u32::try_from(self.knowledge.operations.len())
            .map_err(|_| Problem::Conflict("there are too many operations"))?;
        if ids.insert(name.clone(), id).is_some() {
            return Err(Problem::Duplicate);
        }
        self.knowledge.operations.push(operation);
        for derived in service.derived_calls(name) {
            let call = OperationCall {
                operation: id,
                parameters: derived.style,
                overrides: Vec::new(),
                result: Vec::new(),
            };
            self.file_call(derived.language, &derived.path, call)?;
        }
        Ok(())
    }

    fn written_call(
        &mut self,
        row: &CallRow,
        service: &ServiceFile,
        ids: &Map<Name, u32>,
    ) -> Result<(), Problem> {
        let Some(operation) = ids.get(&row.operation) else {
            let rows = service.operation.iter();
            let names = rows.flat_map(|spanned| spanned.get_ref().name.as_slice());
            let names = names.map(Name::as_str);
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
