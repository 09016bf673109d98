//! `package.json`.

use base::{Budget, Diagnostics, FileId, Name, Place, RelPath};
use doc::{Entry, Node, NodeKind};
use nodejs_semver::{Range, Version};

use crate::inventory::Written;
use crate::{Requirement, Script, Specifier};

/// Scripts that npm runs when it installs a project.
const HOOKS: [&str; 3] = ["preinstall", "install", "postinstall"];

/// Where the package managers let a project decide on versions that others ask for.
const OVERRIDES: [&str; 3] = ["overrides", "resolutions", "pnpm"];

/// What a package asks for; nothing for a file that is no package.
pub(crate) fn read(
    file: FileId,
    path: &RelPath,
    text: &str,
    budget: &Budget,
    diagnostics: &mut Diagnostics,
) -> Option<Written> {
    let document = doc::parse_json(file, path, text, budget);
    diagnostics.extend(document.diagnostics);
    let root = document.roots.into_iter().next()?;
    let of = |sections: &[&str]| {
        let sections = sections.iter().filter_map(|section| root.get(section));
        let entries = sections.flat_map(Node::entries);
        entries.map(|entry| requirement(file, entry)).collect()
    };
    let scripts = root.get("scripts").into_iter().flat_map(Node::entries);
    let scripts = scripts.filter(|entry| HOOKS.contains(&entry.key.as_str()));
    let scripts = scripts.filter_map(|entry| {
        Some(Script {
            hook: entry.key.clone(),
            command: Name::from(entry.value.as_text()?),
            place: place(file, entry),
        })
    });
    matches!(root.kind, NodeKind::Map(_)).then(|| Written {
        requirements: of(&["dependencies", "optionalDependencies"]),
        development: of(&["devDependencies"]),
        scripts: scripts.collect(),
        has_overrides: OVERRIDES.iter().any(|key| root.get(key).is_some()),
    })
}

fn place(file: FileId, entry: &Entry) -> Place {
    Place::new(file, entry.key_span.cover(entry.value.span))
}

fn requirement(file: FileId, entry: &Entry) -> Requirement {
    let (text, specifier) = match &entry.value.kind {
        NodeKind::Text(text) => (text.clone(), specifier(text)),
        _ => (Name::default(), Specifier::Unknown),
    };
    let version = (specifier == Specifier::Exact)
        .then(|| Name::from(text.trim().trim_start_matches(['=', 'v']).trim()));
    Requirement {
        name: entry.key.clone(),
        specifier,
        version,
        has_hash: false,
        text,
        place: place(file, entry),
    }
}

/// What npm takes a text for.
fn specifier(text: &str) -> Specifier {
    let text = text.trim();
    let text = match text.strip_prefix("npm:") {
        // `npm:other@^1.2.3` is a package by another name.
        Some(alias) => alias
            .get(1..)
            .and_then(|rest| rest.rsplit_once('@'))
            .map_or("*", |(_, range)| range),
        None => text,
    };
    let is_local = [
        "file:",
        "link:",
        "workspace:",
        "portal:",
        "patch:",
        "catalog:",
        "./",
        "../",
        "/",
        "~/",
    ]
    .iter()
    .any(|start| text.starts_with(start));
    if is_local {
        return Specifier::Local;
    }
    let is_hosted = ["github:", "gitlab:", "bitbucket:", "gist:"]
        .iter()
        .any(|host| text.starts_with(host));
    if is_hosted || is_shorthand(text) {
        return Specifier::address(&format!("git:{}", text.trim_start_matches("git")).replacen(
            "git:",
            "git+https:",
            1,
        ));
    }
    if text.contains("://") || text.starts_with("git@") {
        return Specifier::address(text);
    }
    range(text)
}

/// `user/repository`, `user/repository#commit`.
fn is_shorthand(text: &str) -> bool {
    let path = text.split('#').next().unwrap_or_default();
    path.split('/').count() == 2
        && path
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte))
}

fn range(text: &str) -> Specifier {
    let bare = text.trim_start_matches(['=', 'v']).trim();
    if Version::parse(bare).is_ok() {
        return Specifier::Exact;
    }
    let Ok(range) = Range::parse(text) else {
        // A tag: `latest`, `next`.
        return match text {
            "" => Specifier::Open,
            tag if tag
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') =>
            {
                Specifier::Open
            }
            _ => Specifier::Unknown,
        };
    };
    // A range that takes a version of the far future has no upper bound.
    match Version::parse("999999.0.0") {
        Ok(far) if range.satisfies(&far) => Specifier::Open,
        _ => Specifier::Bounded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Transport;

    #[test]
    fn specifiers_are_read_as_npm_does() {
        for (text, expected) in [
            ("1.2.3", Specifier::Exact),
            ("=1.2.3", Specifier::Exact),
            ("^1.2.3", Specifier::Bounded),
            ("~1.2", Specifier::Bounded),
            ("1.x", Specifier::Bounded),
            (">=1.0.0 <2.0.0", Specifier::Bounded),
            ("^1.0.0 || ^2.0.0", Specifier::Bounded),
            ("*", Specifier::Open),
            ("", Specifier::Open),
            ("latest", Specifier::Open),
            (">=1.0.0", Specifier::Open),
            ("x", Specifier::Open),
            ("file:../shared", Specifier::Local),
            ("workspace:*", Specifier::Local),
            ("npm:other@1.2.3", Specifier::Exact),
            ("npm:@scope/other@^1.2.3", Specifier::Bounded),
        ] {
            assert_eq!(specifier(text), expected, "{text}");
        }
        for (text, transport, is_pinned) in [
            ("user/project", Transport::Repository, false),
            ("github:user/project#0a1b2c3d", Transport::Repository, true),
            ("http://files.net/x.tgz", Transport::Plain, false),
            ("https://files.net/x.tgz", Transport::Archive, false),
        ] {
            let expected = Specifier::Address {
                transport,
                is_pinned,
            };
            assert_eq!(specifier(text), expected, "{text}");
        }
    }
}
