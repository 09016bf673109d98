//! Loading of services: their actions and clients, operations, and the API paths that perform them.

use base::{Map, Name};

use super::Loader;
use super::file::File;
use crate::OperationCall;
use crate::error::{KnowledgeError, Problem};
use crate::knowledge::plain;
use crate::sdk::{Client, Clients, canonical};
use crate::source::action::ActionFile;
use crate::source::operation::{CallRow, OperationRow, ServiceFile, Vocabularies};
use crate::source::vocabulary;

impl Loader {
    /// Files the actions and the clients of all services.
    pub(super) fn actions(&mut self, file: File<'_>, written: ActionFile) {
        for spanned in written.service {
            let prefix = spanned.get_ref().prefix.clone();
            let is_ordered = self
                .knowledge
                .services
                .last()
                .is_none_or(|before| before.prefix < prefix);
            if !is_ordered {
                let problem = Problem::Conflict("services are ordered by their prefixes");
                self.refuse(file, &spanned, "service", &prefix, problem);
                continue;
            }
            let service = u32::try_from(self.knowledge.services.len()).unwrap_or(u32::MAX);
            let row = spanned.into_inner();
            for names in &row.clients {
                let Clients {
                    clients,
                    python,
                    version_2,
                    version_3,
                } = &mut self.knowledge.clients;
                let id = u32::try_from(clients.len()).unwrap_or(u32::MAX);
                clients.push(Client {
                    service,
                    operations: Map::default(),
                });
                python.insert(names.boto3.clone(), id);
                version_3.insert(names.v3.clone(), id);
                let classes = names.v2.as_slice().iter();
                version_2.extend(classes.map(|class| (class.to_lowercase().into(), id)));
            }
            let first = self.knowledge.named_operations();
            self.knowledge.services.push(row.service(first));
        }
    }

    /// Files the operations and calls of one client.
    pub(super) fn service(
        &mut self,
        file: File<'_>,
        service: &ServiceFile,
    ) -> Result<(), KnowledgeError> {
        let known = self.knowledge.clients.python.keys().map(Name::as_str);
        let header = |problem: Problem| file.error(0, "the file", problem);
        vocabulary::known("client", &service.client, known).map_err(header)?;
        let words = Vocabularies {
            knowledge: &self.knowledge,
        };
        let resource = service.resource(&words).map_err(header)?;
        let index = self
            .client(service)
            .and_then(|client| usize::try_from(client.service).ok());
        if let Some(described) = index.and_then(|index| self.knowledge.services.get_mut(index)) {
            described.resource = described.resource.take().or(resource);
        }
        for spanned in &service.operation {
            let row = spanned.get_ref();
            let filed = row.name.filled("name").and_then(|names| {
                let mut names = names.iter();
                names.try_for_each(|name| self.operation(service, row, name))
            });
            if let Err(problem) = filed {
                self.refuse(file, spanned, "operation", &row.name.label(), problem);
            }
        }
        for spanned in &service.call {
            let row = spanned.get_ref();
            if let Err(problem) = self.written_call(row, service) {
                self.refuse(file, spanned, "call", &row.path.label(), problem);
            }
        }
        Ok(())
    }

    fn operation(
        &mut self,
        service: &ServiceFile,
        row: &OperationRow,
        name: &Name,
    ) -> Result<(), Problem> {
        let words = Vocabularies {
            knowledge: &self.knowledge,
        };
        let prefix = self.client(service).and_then(|client| {
            let index = usize::try_from(client.service).ok()?;
            Some(self.knowledge.services.get(index)?.prefix.clone())
        });
        let operation = service.operation(row, name, &prefix.unwrap_or_default(), &words)?;
        let rows = u32::try_from(self.knowledge.operations.len())
            .map_err(|_| Problem::Conflict("there are too many operations"))?;
        let id = self.knowledge.named_operations() + rows;
        self.knowledge.operations.push(operation);
        let Some(client) = self.client_mut(service) else {
            return Ok(());
        };
        match client.operations.insert(canonical(name).into(), id) {
            None => Ok(()),
            Some(_) => Err(Problem::Duplicate),
        }
    }

    fn client(&self, service: &ServiceFile) -> Option<&Client> {
        let clients = &self.knowledge.clients;
        let id = *clients.python.get(&service.client)?;
        clients.clients.get(usize::try_from(id).ok()?)
    }

    fn client_mut(&mut self, service: &ServiceFile) -> Option<&mut Client> {
        let clients = &mut self.knowledge.clients;
        let id = *clients.python.get(&service.client)?;
        clients.clients.get_mut(usize::try_from(id).ok()?)
    }

    fn written_call(&mut self, row: &CallRow, service: &ServiceFile) -> Result<(), Problem> {
        let client = self.client(service);
        let known = client.and_then(|it| self.knowledge.operation_named(it, &row.operation));
        let Some(operation) = known else {
            let rows = service.operation.iter();
            let names = rows.flat_map(|spanned| spanned.get_ref().name.as_slice());
            let names = names.map(Name::as_str);
            return Err(vocabulary::unknown("operation", &row.operation, names));
        };
        let call = row.performs(operation)?;
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
