//! `${file(./x.yml):a.b}`: other files of the project. Data is read; code is not run.

use app::Reason;
use base::{Code, Name, Place, RelPath, Span};

use super::Resolver;
use super::sources::Lookup;
use super::syntax::Variable;
use crate::tree::Tree;

impl Resolver<'_> {
    /// The value at `address` in the file that the first parameter names, seen from the directory of the service.
    pub(super) fn look_up_file(
        &mut self,
        params: &[Name],
        address: &str,
        variable: &Variable,
        place: Place,
    ) -> Lookup {
        let written = params.first().map_or("", |it| it.trim());
        let path = match self.path.parent().join(written) {
            Ok(path) => path,
            Err(error) => {
                let reason = format!(
                    "the file of the variable {} is not read because {error}",
                    variable.text
                );
                self.report(Code::MissingFile, written, place, reason.clone());
                return Lookup::Unknown(reason.into());
            }
        };
        match path.extension() {
            "js" | "cjs" | "mjs" | "ts" => self.look_up_code(&path, variable, place),
            _ => match self.file(&path, place) {
                Ok(Some(tree)) => self.walk(tree, address),
                Ok(None) => {
                    self.missing = Some(path);
                    Lookup::Nothing
                }
                Err(reason) => Lookup::Unknown(reason),
            },
        }
    }

    fn look_up_code(&mut self, path: &RelPath, variable: &Variable, place: Place) -> Lookup {
        if !self.project.system.exists(path) {
            self.missing = Some(path.clone());
            return Lookup::Nothing;
        }
        let reason = format!(
            "the variable {} is computed by {path}, which is not run",
            variable.text
        );
        let message = format!("{reason}; what depends on it is treated as unknown");
        self.report(Code::UnresolvedVariable, path.as_str(), place, message);
        Lookup::Unknown(reason.into())
    }

    /// The content of a file as a tree; nothing where there is no such file.
    fn file(&mut self, path: &RelPath, place: Place) -> Result<Option<Tree>, Reason> {
        if let Some(known) = self.files.get(path) {
            return Ok(known.clone());
        }
        let tree = match (self.project.files.id(path), path.extension()) {
            (None, _) if !self.project.system.exists(path) => None,
            (None, _) => {
                let reason = format!("the file {path} is excluded from the scan");
                let message = format!("{reason}, so what it sets is treated as unknown");
                self.report(Code::MissingFile, path.as_str(), place, message);
                return Err(reason.into());
            }
            (Some(_), "yml" | "yaml" | "json" | "tfstate") => self.parsed(path),
            (Some(file), _) => match self.project.system.read(path) {
                Ok(text) => {
                    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
                    Some(Tree::text(Place::new(file, Span::new(0, end)), text))
                }
                Err(error) => {
                    let reason = format!("the file {path} cannot be read: {error}");
                    self.report(Code::UnreadableFile, path.as_str(), place, reason.clone());
                    return Err(reason.into());
                }
            },
        };
        self.files.insert(path.clone(), tree.clone());
        Ok(tree)
    }

    fn parsed(&mut self, path: &RelPath) -> Option<Tree> {
        let (file, document) = self.project.document(path, self.builder)?;
        self.builder.parts.insert(path.clone());
        document
            .roots
            .first()
            .map(|root| Tree::from_node(file, root))
    }
}
