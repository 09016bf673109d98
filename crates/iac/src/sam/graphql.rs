//! `AWS::Serverless::GraphQLApi`: the API and its data sources. Its resolvers invoke no function by themselves.

use super::Sam;
use crate::stack::ResourceDeclaration;
use crate::tree::Tree;

impl Sam<'_> {
    /// The API and its data sources.
    pub(super) fn graphql_api(&mut self, resource: &ResourceDeclaration) {
        let settings = self.properties(resource, "GraphQLApi");
        let mut properties = settings
            .without("Auth")
            .without("DataSources")
            .without("Functions")
            .without("Resolvers")
            .renamed("Logging", "LogConfig");
        if let Some(auth) = settings.get("Auth") {
            properties = with_provider(properties, auth);
            if let Some(additional) = auth.get("Additional") {
                let providers = additional
                    .items()
                    .iter()
                    .map(|provider| with_provider(Tree::map(provider.place, []), provider));
                let providers = Tree::list(additional.place, providers.collect::<Vec<_>>());
                properties = properties.with("AdditionalAuthenticationProviders", providers);
            }
        }
        self.become_type(resource, "AWS::AppSync::GraphQLApi", properties);
        for (section, kind, config) in [
            ("Lambda", "AWS_LAMBDA", "LambdaConfig"),
            ("DynamoDb", "AMAZON_DYNAMODB", "DynamoDBConfig"),
        ] {
            let sources = settings.get("DataSources").and_then(|it| it.get(section));
            for source in sources.map(Tree::entries).unwrap_or_default() {
                let place = source.key_place;
                let api = Tree::get_att(place, resource.logical_id.clone(), "ApiId");
                let source_config = source.value.renamed("FunctionArn", "LambdaFunctionArn");
                let properties = Tree::map(
                    place,
                    [
                        ("ApiId", api),
                        ("Name", Tree::text(place, source.key.clone())),
                        ("Type", Tree::text(place, kind)),
                        (config, source_config),
                    ],
                );
                let id = format!("{}{}DataSource", resource.logical_id, source.key);
                self.stack
                    .imply(id, "AWS::AppSync::DataSource", place, properties);
            }
        }
    }
}

/// The properties with one way of authenticating.
fn with_provider(mut properties: Tree, provider: &Tree) -> Tree {
    for (from, to) in [
        ("Type", "AuthenticationType"),
        ("LambdaAuthorizer", "LambdaAuthorizerConfig"),
        ("OpenIDConnect", "OpenIDConnectConfig"),
        ("UserPool", "UserPoolConfig"),
    ] {
        if let Some(value) = provider.get(from) {
            properties = properties.with(to, value.clone());
        }
    }
    properties
}
