//! The catalogue of actions: what every action of the platform takes, from `knowledge/iam/catalogue.txt`. A few rules ask for a
//! few services, so that the text is embedded as it is and read service by service when first asked for.

use std::sync::{LazyLock, OnceLock};

static TEXT: &str = include_str!("../../../knowledge/iam/catalogue.txt");

/// By prefix, each with the lines that follow its heading.
static SECTIONS: LazyLock<Vec<Section>> = LazyLock::new(|| {
    let mut sections: Vec<Section> = TEXT
        .split("\nservice ")
        .skip(1)
        .map(|section| {
            let (prefix, lines) = section.split_once('\n').unwrap_or((section, ""));
            Section {
                prefix,
                lines,
                read: OnceLock::new(),
            }
        })
        .collect();
    sections.sort_by_key(|section| section.prefix);
    sections
});

struct Section {
    prefix: &'static str,
    lines: &'static str,
    read: OnceLock<Catalogue>,
}

/// What is known about the actions of one service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// Its prefix in actions: `s3`.
    pub prefix: &'static str,
    /// Its condition keys.
    pub keys: Vec<ConditionKey>,
    /// The types of resource that its actions take.
    pub types: Vec<ArnType>,
    actions: Vec<CatalogueAction>,
}

/// A condition key: `s3:prefix`, `aws:ResourceTag/${TagKey}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConditionKey {
    /// Its name; a part in `${…}` may be anything.
    pub name: &'static str,
    /// What its values are.
    pub kind: KeyKind,
    /// A request may have several values of it.
    pub is_list: bool,
}

/// What the values of a condition key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Text, one or several.
    Text,
    /// An ARN, one or several.
    Arn,
    /// A truth value.
    Bool,
    /// A number.
    Number,
    /// A point in time.
    Date,
    /// An address or a range of them.
    Address,
}

/// A type of resource as IAM knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArnType {
    /// Its name: `bucket`.
    pub name: &'static str,
    /// What its ARNs look like, of a few types in several ways: `arn:${Partition}:s3:::${BucketName}`.
    pub arns: Vec<&'static str>,
    keys: Vec<usize>,
}

/// What an action is and takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueAction {
    /// Its name without the prefix: `PutItem`.
    pub name: &'static str,
    levels: &'static str,
    types: Vec<(usize, bool)>,
    keys: Vec<usize>,
    /// The actions that it needs as well, with their prefixes.
    pub dependent: Vec<&'static str>,
}

/// How AWS classes actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Tells which resources there are.
    List,
    /// Reads what is in them.
    Read,
    /// Changes them.
    Write,
    /// Changes who may do what.
    Permissions,
    /// Changes their tags only.
    Tagging,
}

impl Catalogue {
    /// The service with this prefix in actions.
    #[must_use]
    pub fn of(prefix: &str) -> Option<&'static Self> {
        let sections: &'static [Section] = &SECTIONS;
        let index = sections
            .binary_search_by(|section| section.prefix.cmp(prefix))
            .ok()?;
        let section = sections.get(index)?;
        let read = || parse(section.prefix, section.lines).unwrap_or_default();
        Some(section.read.get_or_init(read))
    }

    /// The prefixes of all services, in order.
    pub fn prefixes() -> impl Iterator<Item = &'static str> {
        let sections: &'static [Section] = &SECTIONS;
        let prefixes = sections.iter().map(|section| section.prefix);
        prefixes.filter(|prefix| *prefix != "*")
    }

    /// The action with this name, with its prefix and in any case: `dynamodb:PutItem`.
    #[must_use]
    pub fn action(name: &str) -> Option<(&'static Self, &'static CatalogueAction)> {
        let (prefix, name) = name.split_once(':')?;
        let service = Self::of(&prefix.to_ascii_lowercase())?;
        Some((service, service.action_named(name)?))
    }

    /// The service whose prefix is most like this one.
    #[must_use]
    pub fn nearest_prefix(prefix: &str) -> Option<&'static str> {
        nearest(prefix, Self::prefixes())
    }

    /// The action whose name is most like this one.
    #[must_use]
    pub fn nearest_action(&self, name: &str) -> Option<&str> {
        nearest(name, self.actions.iter().map(|action| action.name))
    }

    /// The condition keys that every action knows.
    #[must_use]
    pub fn global_keys() -> &'static [ConditionKey] {
        Self::of("*").map_or(&[], |service| service.keys.as_slice())
    }

    /// Its actions.
    #[must_use]
    pub fn actions(&self) -> &[CatalogueAction] {
        &self.actions
    }

    /// The action with this name, in any case.
    #[must_use]
    pub fn action_named(&self, name: &str) -> Option<&CatalogueAction> {
        let mut actions = self.actions.iter();
        actions.find(|action| action.name.eq_ignore_ascii_case(name))
    }

    /// The types of resource that an action takes, and whether it needs one of that type. An action without any works on
    /// everything, so that a statement can only name `*`.
    pub fn types_of<'a>(
        &'a self,
        action: &'a CatalogueAction,
    ) -> impl Iterator<Item = (&'a ArnType, bool)> {
        let types = action.types.iter();
        types.filter_map(|(index, is_needed)| Some((self.types.get(*index)?, *is_needed)))
    }

    /// The condition keys of an action and of the types that it takes, beside those of every action.
    pub fn keys_of<'a>(
        &'a self,
        action: &'a CatalogueAction,
    ) -> impl Iterator<Item = &'a ConditionKey> {
        let of_types = self.types_of(action).flat_map(|(kind, _)| &kind.keys);
        let numbers = action.keys.iter().chain(of_types);
        numbers.filter_map(|number| self.keys.get(*number))
    }
}

impl CatalogueAction {
    /// Whether AWS classes it so; some are of two classes.
    #[must_use]
    pub fn is(&self, level: AccessLevel) -> bool {
        self.levels.contains(match level {
            AccessLevel::List => 'L',
            AccessLevel::Read => 'R',
            AccessLevel::Write => 'W',
            AccessLevel::Permissions => 'P',
            AccessLevel::Tagging => 'T',
        })
    }

    /// Whether it takes resources of some type.
    #[must_use]
    pub fn takes_resource(&self) -> bool {
        !self.types.is_empty()
    }
}

impl ConditionKey {
    /// Whether this is the key that is written, in any case: `aws:RequestTag/team` is `aws:RequestTag/${TagKey}`.
    #[must_use]
    pub fn is_written(&self, written: &str) -> bool {
        let mut rest = written;
        let mut pattern = self.name;
        while let Some((literal, hole)) = pattern.split_once("${") {
            let Some(after) = strip_prefix_in_any_case(rest, literal) else {
                return false;
            };
            pattern = hole.split_once('}').map_or("", |(_, after)| after);
            let next = pattern.split("${").next().unwrap_or_default();
            let end = if next.is_empty() {
                after.len()
            } else {
                match after.to_ascii_lowercase().find(&next.to_ascii_lowercase()) {
                    Some(end) => end,
                    None => return false,
                }
            };
            if end == 0 {
                return false;
            }
            rest = after.get(end..).unwrap_or_default();
        }
        rest.eq_ignore_ascii_case(pattern)
    }
}

/// The name that is most like a word, if it is at all like it.
fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    let distance = |name: &str| strsim::osa_distance(&name.to_ascii_lowercase(), &word);
    let nearest = names.min_by_key(|name| distance(name))?;
    (distance(nearest) <= word.len() / 3).then_some(nearest)
}

fn strip_prefix_in_any_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.get(..prefix.len())?;
    (start.eq_ignore_ascii_case(prefix)).then(|| text.get(prefix.len()..))?
}

/// Reads the lines of a service; nothing where one of them is not as the file's head says.
fn parse(prefix: &'static str, lines: &'static str) -> Option<Catalogue> {
    let mut catalogue = Catalogue {
        prefix,
        ..Catalogue::default()
    };
    for line in lines.lines() {
        let mut columns = line.split(' ');
        let word = columns.next()?;
        let name = columns.next()?;
        let mut column = || columns.next().filter(|text| *text != "-");
        match word {
            "key" => {
                let kind = column()?;
                catalogue.keys.push(ConditionKey {
                    name,
                    kind: key_kind(kind)?,
                    is_list: matches!(kind, "Strings" | "ARNs" | "Bools"),
                });
            }
            "type" => catalogue.types.push(ArnType {
                name,
                arns: list(Some(column()?)).collect(),
                keys: numbers(column())?,
            }),
            levels => {
                let types = &catalogue.types;
                let type_of = |written: &'static str| {
                    let (name, is_needed) = match written.strip_suffix('*') {
                        Some(name) => (name, true),
                        None => (written, false),
                    };
                    let index = types.iter().position(|kind| kind.name == name)?;
                    Some((index, is_needed))
                };
                let taken = list(column()).map(type_of).collect::<Option<_>>()?;
                catalogue.actions.push(CatalogueAction {
                    name,
                    levels,
                    types: taken,
                    keys: numbers(column())?,
                    dependent: list(column()).collect(),
                });
            }
        }
    }
    Some(catalogue)
}

fn list(column: Option<&'static str>) -> impl Iterator<Item = &'static str> {
    column.into_iter().flat_map(|text| text.split(','))
}

fn numbers(column: Option<&'static str>) -> Option<Vec<usize>> {
    list(column).map(|number| number.parse().ok()).collect()
}

fn key_kind(word: &str) -> Option<KeyKind> {
    Some(match word {
        "String" | "Strings" => KeyKind::Text,
        "ARN" | "ARNs" => KeyKind::Arn,
        "Bool" | "Bools" => KeyKind::Bool,
        "Numeric" => KeyKind::Number,
        "Date" => KeyKind::Date,
        "IP" => KeyKind::Address,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Knowledge;

    #[test]
    fn every_line_is_read() {
        let mut actions = 0;
        for section in SECTIONS.iter() {
            let read = parse(section.prefix, section.lines);
            assert!(read.is_some(), "{}", section.prefix);
            actions += read.unwrap_or_default().actions.len();
        }
        assert!(22_000 < actions, "{actions}");
        assert!(TEXT.len() < 1_500_000);
    }

    #[test]
    fn it_knows_the_services_and_actions_of_the_sdks() {
        for service in &Knowledge::builtin().services {
            let known = Catalogue::of(&service.prefix).expect(&service.prefix);
            for action in service.actions() {
                let found = known.action_named(action.name).expect(action.name);
                assert_eq!(
                    found.takes_resource(),
                    action.takes_resource,
                    "{}",
                    action.name
                );
            }
        }
    }

    #[test]
    fn rows_about_permissions_name_real_actions() {
        let knowledge = Knowledge::builtin();
        assert!(50 < knowledge.escalations.len());
        let of_methods = knowledge.escalations.iter().flat_map(|it| &it.actions);
        for action in of_methods {
            assert!(Catalogue::action(action).is_some(), "{action}");
        }
        let exposures = &knowledge.exposures;
        for action in exposures.credentials.iter().chain(&exposures.data) {
            let known = Catalogue::action(action);
            assert!(known.is_some_and(|(_, it)| it.takes_resource()), "{action}");
        }
    }

    #[test]
    fn an_action_has_its_resources_keys_and_needs() {
        let (s3, get) = Catalogue::action("S3:getobject").unwrap();
        let types: Vec<_> = s3.types_of(get).flat_map(|(kind, _)| &kind.arns).collect();
        assert!(types.contains(&&"arn:${Partition}:s3:::${BucketName}/${ObjectName}"));
        assert!(get.is(AccessLevel::Read) && !get.is(AccessLevel::Write));
        let is_key = |written: &str| s3.keys_of(get).any(|key| key.is_written(written));
        assert!(is_key("s3:existingobjecttag/secret"));
        assert!(!is_key("s3:existingobjecttag/") && !is_key("s3:prefix"));
        let (lambda, create) = Catalogue::action("lambda:CreateFunction").unwrap();
        assert!(create.dependent.contains(&"iam:PassRole"));
        let needed: Vec<_> = lambda.types_of(create).collect();
        assert!(matches!(needed.as_slice(), [(kind, true)] if kind.name == "function"));
        let written = |name: &str| {
            Catalogue::global_keys()
                .iter()
                .any(|key| key.is_written(name))
        };
        assert!(written("AWS:SourceArn") && written("aws:PrincipalTag/team"));
        assert!(!written("aws:SourceArnn"));
        assert_eq!(s3.nearest_action("GetObjects"), Some("GetObject"));
        assert_eq!(s3.nearest_action("Frobnicate"), None);
        assert_eq!(Catalogue::nearest_prefix("dynamodbb"), Some("dynamodb"));
    }
}
