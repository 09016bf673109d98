//! `AWS::Serverless::Function` as an `AWS::Lambda::Function`.

use app::{Code, Prop};
use base::{Name, RelPath};

use super::Sam;
use crate::stack::{
    AuthDeclaration, AuthDeclarationKind, EventDeclaration, FilterDeclaration, FunctionDeclaration,
    ResourceDeclaration,
};
use crate::tree::Tree;

/// Properties that are spelled out otherwise.
const SPELLED_OUT: [&str; 13] = [
    "AutoPublishAlias",
    "CodeUri",
    "Connectors",
    "DeadLetterQueue",
    "DeploymentPreference",
    "EventInvokeConfig",
    "Events",
    "FunctionUrlConfig",
    "InlineCode",
    "Policies",
    "ProvisionedConcurrencyConfig",
    "AutoPublishCodeSha256",
    "Tracing",
];

impl Sam<'_> {
    pub(super) fn function(
        &mut self,
        resource: &ResourceDeclaration,
        declared: &[ResourceDeclaration],
    ) {
        let properties = self.properties(resource, "Function");
        let place = resource.place;
        let code = self.code(resource, &properties);
        self.stack.functions.insert(
            resource.logical_id.clone(),
            FunctionDeclaration {
                name: resource.logical_id.clone(),
                place,
                code,
                package_patterns: Vec::new(),
                is_bundled: resource
                    .tree
                    .at("Metadata.BuildMethod")
                    .and_then(Tree::as_text)
                    .is_some_and(|method| method == "esbuild"),
                environment_open: None,
            },
        );
        let managed = self.events(resource, &properties, declared);
        self.url(resource, &properties);
        self.alias(resource, &properties);
        self.asynchronous(resource, &properties);
        let mut lowered = properties.clone();
        if let Some(mode) = properties.get("Tracing") {
            let config = Tree::map(mode.place, [("Mode", mode.clone())]);
            lowered = lowered.with("TracingConfig", config);
        }
        if let Some(target) = properties.at("DeadLetterQueue.TargetArn") {
            let config = Tree::map(target.place, [("TargetArn", target.clone())]);
            lowered = lowered.with("DeadLetterConfig", config);
        }
        if properties.get("Role").is_none() {
            let role = self.implied_role(resource, &properties, &managed);
            lowered = lowered.with("Role", Tree::get_att(place, role, "Arn"));
        }
        if lowered.get("Handler").is_none()
            && let Some(command) = self.image_command(resource, &properties)
        {
            lowered = lowered.with("Handler", command);
        }
        for name in SPELLED_OUT {
            lowered = lowered.without(name);
        }
        self.become_type(resource, "AWS::Lambda::Function", lowered);
    }

    fn code(&self, resource: &ResourceDeclaration, properties: &Tree) -> Prop<Code> {
        if let Some(inline) = properties.get("InlineCode") {
            let text = inline.as_name().map(app::Text::known);
            return text.map_or_else(
                || Prop::unknown("its inline code is not a plain text"),
                |text| Prop::Known(Code::Inline(text), inline.place),
            );
        }
        if let Some(kind) = properties
            .get("PackageType")
            .filter(|kind| kind.as_text() == Some("Image"))
        {
            let directory = self.image_directory(resource, properties);
            return Prop::Known(Code::Image(directory), kind.place);
        }
        let Some(uri) = properties.get("CodeUri") else {
            return Prop::Known(Code::Directory(self.stack.root.clone()), properties.place);
        };
        let Some(written) = uri.as_text().filter(|uri| !uri.contains("://")) else {
            return Prop::unknown("its code is fetched from a bucket at deployment");
        };
        let path = match self.stack.root.join(written) {
            Ok(path) => path,
            Err(error) => return Prop::unknown(format!("{error}: `{written}`")),
        };
        if matches!(path.extension(), "zip" | "jar") {
            return Prop::unknown(format!("its code is packed in {path}"));
        }
        if self.project.system.exists(&path) {
            // A single file is packed at the root.
            return Prop::Known(Code::Directory(path.parent()), uri.place);
        }
        let entry = entry_point(resource);
        let directory = entry.and_then(|entry| Some(path.join(entry).ok()?.parent()));
        Prop::Known(Code::Directory(directory.unwrap_or(path)), uri.place)
    }

    /// The directory of an image's handler: its build context, or the directory of its Dockerfile below, if the handler is
    /// there.
    fn image_directory(
        &self,
        resource: &ResourceDeclaration,
        properties: &Tree,
    ) -> Option<RelPath> {
        let context = resource.tree.at("Metadata.DockerContext")?.as_text()?;
        let context = self.stack.root.join(context).ok()?;
        let beside = self.dockerfile(resource)?.parent();
        let handler = self.image_command(resource, properties);
        let file = handler.as_ref().and_then(Tree::as_text).map(|handler| {
            let file = handler.rsplit_once('.').map_or(handler, |(file, _)| file);
            file.to_owned()
        });
        let is_beside = ["py", "js", "mjs", "ts"].iter().any(|extension| {
            let path = file
                .as_ref()
                .map(|file| beside.join(&format!("{file}.{extension}")));
            path.is_some_and(|path| path.is_ok_and(|path| self.project.system.exists(&path)))
        });
        Some(if is_beside { beside } else { context })
    }

    fn dockerfile(&self, resource: &ResourceDeclaration) -> Option<RelPath> {
        let context = resource.tree.at("Metadata.DockerContext")?.as_text()?;
        let name = resource
            .tree
            .at("Metadata.Dockerfile")
            .and_then(Tree::as_text);
        let directory = self.stack.root.join(context).ok()?;
        directory.join(name.unwrap_or("Dockerfile")).ok()
    }

    /// The handler that a container image starts with.
    fn image_command(&self, resource: &ResourceDeclaration, properties: &Tree) -> Option<Tree> {
        if let Some(command) = properties.at("ImageConfig.Command") {
            return command.items().first().cloned();
        }
        let context = resource.tree.at("Metadata.DockerContext")?;
        let path = self.dockerfile(resource)?;
        let text = self.project.system.read(&path).ok()?;
        let command = text
            .lines()
            .rev()
            .find_map(|line| line.trim().strip_prefix("CMD"))?;
        // `CMD ["app.handler"]`
        let handler = command.split('"').nth(1)?;
        Some(Tree::text(context.place, handler))
    }

    fn url(&mut self, resource: &ResourceDeclaration, properties: &Tree) {
        let Some(url) = properties.get("FunctionUrlConfig") else {
            return;
        };
        let written = url.get("AuthType");
        let kind = match written.and_then(Tree::as_text) {
            Some("NONE") => AuthDeclarationKind::None,
            Some("AWS_IAM") => AuthDeclarationKind::Iam,
            _ => AuthDeclarationKind::Unknown("the URL's authentication type is not known".into()),
        };
        self.stack.events.push(EventDeclaration {
            function: resource.logical_id.clone(),
            kind: Name::new_static("aws.lambda.url"),
            source: None,
            filter: FilterDeclaration::All,
            auth: AuthDeclaration {
                kind,
                place: written.map(|it| it.place),
            },
            route: None,
            cors: url.get("Cors").cloned(),
            settings: url.clone(),
            place: url.place,
        });
    }

    fn alias(&mut self, resource: &ResourceDeclaration, properties: &Tree) {
        let Some(alias) = properties.get("AutoPublishAlias") else {
            return;
        };
        let function = Tree::reference(alias.place, resource.logical_id.clone());
        let mut settings = Tree::map(
            alias.place,
            [("FunctionName", function), ("Name", alias.clone())],
        );
        if let Some(concurrency) = properties.get("ProvisionedConcurrencyConfig") {
            settings = settings.with("ProvisionedConcurrencyConfig", concurrency.clone());
        }
        let name = alias.as_text().unwrap_or_default();
        let id = Name::from(format!("{}Alias{name}", resource.logical_id));
        self.stack
            .imply(id, "AWS::Lambda::Alias", alias.place, settings);
    }

    fn asynchronous(&mut self, resource: &ResourceDeclaration, properties: &Tree) {
        let Some(config) = properties.get("EventInvokeConfig") else {
            return;
        };
        let function = Tree::reference(config.place, resource.logical_id.clone());
        let settings = config.with("FunctionName", function);
        let id = Name::from(format!("{}EventInvokeConfig", resource.logical_id));
        self.stack
            .imply(id, "AWS::Lambda::EventInvokeConfig", config.place, settings);
    }
}

/// What `sam build` bundles with esbuild, where that is one file: its bundle is packed at the root, under its own name.
fn entry_point(resource: &ResourceDeclaration) -> Option<&str> {
    let points = resource.tree.at("Metadata.BuildProperties.EntryPoints")?;
    match points.items() {
        [entry] => entry.as_text(),
        _ => None,
    }
}
