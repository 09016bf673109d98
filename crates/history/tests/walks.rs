//! Repositories made here, honest ones and others.

#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and makes its repositories on disk"
)]

use std::fs;
use std::path::Path;

use gix::actor::Signature;
use gix::objs::Tree;
use gix::objs::tree::{Entry, EntryKind};
use gix::{ObjectId, Repository};
use history::{Cut, Limits, Refusal, Summary, Visitor, walk};
use tempfile::TempDir;

#[derive(Default)]
struct Versions(Vec<(String, String, String)>);

impl Visitor for Versions {
    fn wants(&mut self, path: &str) -> bool {
        !path.ends_with(".lock")
    }

    fn version(&mut self, commit: &str, path: &str, text: &str) {
        self.0.push((commit.into(), path.into(), text.into()));
    }
}

impl Versions {
    /// `app.py=one`, in order.
    fn shown(&self) -> Vec<String> {
        let versions = self.0.iter();
        versions
            .map(|(_, path, text)| format!("{path}={text}"))
            .collect()
    }
}

fn repository() -> (TempDir, Repository) {
    let folder = tempfile::tempdir().unwrap();
    let repository = gix::init(folder.path()).unwrap();
    (folder, repository)
}

/// Commits these files of one folder level to a branch, and gives the commit.
fn commit(
    repository: &Repository,
    branch: &str,
    parents: &[ObjectId],
    files: &[(&str, &str)],
) -> ObjectId {
    let tree = tree(repository, files);
    let signature = Signature {
        name: "A".into(),
        email: "a@company.net".into(),
        time: gix::date::Time::new(1_700_000_000, 0),
    };
    let mut time = gix::date::parse::TimeBuf::default();
    let signature = signature.to_ref(&mut time);
    let name = format!("refs/heads/{branch}");
    let parents = parents.iter().copied();
    let id = repository.commit_as(signature, signature, name, "change", tree, parents);
    id.unwrap().detach()
}

fn tree(repository: &Repository, files: &[(&str, &str)]) -> ObjectId {
    let mut folders: Vec<&str> = files
        .iter()
        .filter_map(|(path, _)| Some(path.split_once('/')?.0))
        .collect();
    folders.dedup();
    let mut entries: Vec<Entry> = Vec::new();
    for folder in folders {
        let inner: Vec<(&str, &str)> = files
            .iter()
            .filter_map(|(path, text)| Some((path.strip_prefix(folder)?.strip_prefix('/')?, *text)))
            .collect();
        entries.push(Entry {
            mode: EntryKind::Tree.into(),
            filename: folder.into(),
            oid: tree(repository, &inner),
        });
    }
    for (path, text) in files.iter().filter(|(path, _)| !path.contains('/')) {
        entries.push(Entry {
            mode: EntryKind::Blob.into(),
            filename: (*path).into(),
            oid: repository.write_blob(text).unwrap().detach(),
        });
    }
    entries.sort();
    repository.write_object(Tree { entries }).unwrap().detach()
}

fn walked(root: &Path, limits: &Limits) -> (Versions, Summary) {
    let mut versions = Versions::default();
    let summary = walk(root, limits, &mut versions).unwrap();
    (versions, summary)
}

#[test]
fn every_version_is_read_once_at_the_commit_that_brought_it() {
    let (folder, repository) = repository();
    let first = commit(
        &repository,
        "main",
        &[],
        &[("app.py", "one"), ("src/key", "secret"), ("a.lock", "x")],
    );
    let second = commit(
        &repository,
        "main",
        &[first],
        &[("app.py", "two"), ("src/key", "secret")],
    );
    let third = commit(
        &repository,
        "main",
        &[second],
        &[("app.py", "one"), ("copy.py", "two")],
    );
    commit(
        &repository,
        "side",
        &[first],
        &[("side.py", "three"), ("app.py", "one")],
    );
    let (versions, summary) = walked(folder.path(), &Limits::default());
    assert_eq!(
        versions.shown(),
        [
            "app.py=one",
            "src/key=secret",
            "app.py=two",
            "side.py=three"
        ]
    );
    assert_eq!(versions.0[0].0, first.to_string()[..10]);
    assert_eq!(versions.0[2].0, second.to_string()[..10]);
    assert_ne!(second, third);
    assert_eq!(
        (summary.commits, summary.versions, summary.cut),
        (4, 4, None)
    );
}

#[test]
fn a_commit_that_only_a_tag_names_is_walked() {
    let (folder, repository) = repository();
    let lost = commit(&repository, "gone", &[], &[("old.py", "old")]);
    repository
        .tag(
            "v1",
            lost,
            gix::objs::Kind::Commit,
            None,
            "first",
            gix::refs::transaction::PreviousValue::Any,
        )
        .unwrap();
    fs::remove_file(folder.path().join(".git/refs/heads/gone")).unwrap();
    let (versions, _) = walked(folder.path(), &Limits::default());
    assert_eq!(versions.shown(), ["old.py=old"]);
}

#[test]
fn limits_end_the_walk_and_are_said() {
    let (folder, repository) = repository();
    let mut parents = Vec::new();
    for number in 0..6 {
        let text = format!("version {number}");
        parents = vec![commit(&repository, "main", &parents, &[("app.py", &text)])];
    }
    let default = Limits::default();
    let cases = [
        (
            Limits {
                commits: 2,
                ..default
            },
            Cut::Commits(2),
            2,
        ),
        (
            Limits {
                versions: 3,
                ..default
            },
            Cut::Versions(3),
            3,
        ),
        (
            Limits {
                total_bytes: 100,
                ..default
            },
            Cut::Bytes,
            2,
        ),
    ];
    for (limits, cut, count) in cases {
        let (versions, summary) = walked(folder.path(), &limits);
        assert_eq!((summary.cut, versions.0.len()), (Some(cut), count));
    }
    let (versions, _) = walked(
        folder.path(),
        &Limits {
            version_bytes: 3,
            ..default
        },
    );
    assert!(versions.0.is_empty());
}

#[test]
fn a_shallow_clone_is_said_to_be_one() {
    let (folder, repository) = repository();
    let first = commit(&repository, "main", &[], &[("app.py", "one")]);
    let second = commit(&repository, "main", &[first], &[("app.py", "two")]);
    let hex = first.to_string();
    fs::remove_file(
        folder
            .path()
            .join(format!(".git/objects/{}/{}", &hex[..2], &hex[2..])),
    )
    .unwrap();
    fs::write(folder.path().join(".git/shallow"), format!("{second}\n")).unwrap();
    let (versions, summary) = walked(folder.path(), &Limits::default());
    assert_eq!(versions.shown(), ["app.py=two"]);
    assert_eq!((summary.cut, summary.unreadable), (Some(Cut::Shallow), 0));
}

#[test]
fn of_a_folder_in_a_repository_what_lies_below_is_read() {
    let (folder, repository) = repository();
    let files = [
        ("app.py", "above"),
        ("api/src/app.py", "below"),
        ("apiary/app.py", "beside"),
    ];
    commit(&repository, "main", &[], &files);
    fs::create_dir(folder.path().join("api")).unwrap();
    let (versions, _) = walked(&folder.path().join("api"), &Limits::default());
    assert_eq!(versions.shown(), ["src/app.py=below"]);
}

#[test]
fn a_repository_that_leads_elsewhere_is_refused() {
    let (elsewhere, other) = repository();
    commit(&other, "main", &[], &[("secret.py", "not yours")]);
    let target = elsewhere.path().join(".git");
    let refusal = |prepare: &dyn Fn(&Path)| {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path());
        walk(folder.path(), &Limits::default(), &mut Versions::default()).unwrap_err()
    };
    assert_eq!(refusal(&|_| {}), Refusal::Missing);
    let leads = [
        refusal(&|root| {
            fs::write(root.join(".git"), format!("gitdir: {}", target.display())).unwrap()
        }),
        refusal(&|root| std::os::unix::fs::symlink(&target, root.join(".git")).unwrap()),
        refusal(&|root| {
            gix::init(root).unwrap();
            let objects = target.join("objects");
            fs::write(
                root.join(".git/objects/info/alternates"),
                format!("{}\n", objects.display()),
            )
            .unwrap();
        }),
        refusal(&|root| {
            gix::init(root).unwrap();
            fs::write(root.join(".git/commondir"), target.display().to_string()).unwrap();
        }),
        refusal(&|root| {
            gix::init(root).unwrap();
            fs::remove_dir_all(root.join(".git/objects/pack")).unwrap();
            std::os::unix::fs::symlink(target.join("objects/pack"), root.join(".git/objects/pack"))
                .unwrap();
        }),
        refusal(&|root| {
            gix::init(root).unwrap();
            std::os::unix::fs::symlink(
                target.join("refs/heads/main"),
                root.join(".git/refs/heads/main"),
            )
            .unwrap();
        }),
    ];
    for lead in leads {
        assert!(matches!(lead, Refusal::LeavesRoot(_)), "{lead}");
    }
}

#[test]
fn configuration_neither_includes_nor_runs_anything() {
    let (folder, repository) = repository();
    commit(&repository, "main", &[], &[("app.py", "one")]);
    let config = folder.path().join(".git/config");
    let own = fs::read_to_string(&config).unwrap();
    let hostile = "[include]\npath = /etc/passwd\n[core]\nfsmonitor = touch ran\nsshCommand = touch ran\nworktree = /etc\n";
    fs::write(&config, own + hostile).unwrap();
    let (versions, _) = walked(folder.path(), &Limits::default());
    assert_eq!(versions.shown(), ["app.py=one"]);
    assert!(!folder.path().join("ran").exists());
}

#[test]
fn damaged_objects_are_counted() {
    let (folder, repository) = repository();
    commit(
        &repository,
        "main",
        &[],
        &[("app.py", "one"), ("b.py", "two")],
    );
    let blob = repository.write_blob("one").unwrap().to_string();
    let object = folder
        .path()
        .join(format!(".git/objects/{}/{}", &blob[..2], &blob[2..]));
    fs::remove_file(&object).unwrap();
    fs::write(&object, b"nothing of the kind").unwrap();
    let (versions, summary) = walked(folder.path(), &Limits::default());
    assert_eq!(versions.shown(), ["b.py=two"]);
    assert_eq!(summary.unreadable, 1);
}
