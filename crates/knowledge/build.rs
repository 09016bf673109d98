//! Checks the tree `knowledge/` with the same code that reads the user's rows, and encodes it for embedding. A row that
//! breaks a rule fails the build with its file, line and reason.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the modules are the library's; the build script needs only the loading half of them"
)]

#[path = "src/access_path.rs"]
mod access_path;
#[path = "src/error.rs"]
mod error;
#[path = "src/event.rs"]
mod event;
#[path = "src/kind.rs"]
mod kind;
#[path = "src/knowledge.rs"]
mod knowledge;
#[path = "src/load/mod.rs"]
mod load;
#[path = "src/needs.rs"]
mod needs;
#[path = "src/operation.rs"]
mod operation;
#[path = "src/package.rs"]
mod package;
#[path = "src/platform.rs"]
mod platform;
#[path = "src/policy.rs"]
mod policy;
#[path = "src/resource.rs"]
mod resource;
#[path = "src/schema.rs"]
mod schema;
#[path = "src/sdk.rs"]
mod sdk;
#[path = "src/secret.rs"]
mod secret;
#[path = "src/source/mod.rs"]
mod source;
#[path = "src/taint.rs"]
mod taint;

use access_path::{AccessPath, AccessPathError, Position, Root, Step};
use event::{DefaultWho, Encoding, Event, EventField, EventPath, Trust};
use kind::Kind;
use knowledge::{Knowledge, LanguageModel};
use needs::{
    Choice, DestinationNeed, ExtraNeed, KeyNeed, Needs, PassedRoles, Setting, SettingNeed,
    TriggerNeed,
};
use operation::{
    Access, ChannelPart, Operation, OperationArn, OperationCall, OperationResource, ParameterStyle,
};
use package::{LayerPublisher, NamePatterns, Packages, Provided, Retired};
use platform::{
    Concern, Endpoints, FunctionPlatform, MendingSetting, Price, RouteWords, Runtime,
    ServiceDefault, SetTo, SwitchVariable, TlsEndpoint,
};
use policy::{
    Allowances, Badness, BlastTerms, Escalation, Exposures, IdentityProvider, ManagedPolicy,
    OpenHarm, PolicyCarrier, PolicyStatement, ResourcePolicies,
};
use resource::{Reference, ResourceType};
use schema::{Declares, Domain, Notation, Schema, TypeModel};
use secret::{
    SecretCheck, SecretFormat, SecretNames, SecretPlaces, SecretPosition, SecretProperty, Secrets,
};
use taint::{
    CallModel, Callback, CallbackResult, Condition, Entry, FileAccess, FileEffect, Guard, KindId,
    KindSet, Mark, Outcome, Propagation, Sink, Source, SourceKind, Test, Vouch,
};

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            for problem in problems {
                println!("cargo::error={problem}");
            }
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a build script reads the tree from the disk"
)]
fn build() -> Result<(), Vec<String>> {
    let manifest = env::var("CARGO_MANIFEST_DIR").map_err(one)?;
    let out = env::var("OUT_DIR").map_err(one)?;
    let tree = Path::new(&manifest).join("../../knowledge");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed={}", tree.display());

    let mut files = Vec::new();
    collect(&tree, &mut files).map_err(one)?;
    let texts = files
        .iter()
        .map(|path| {
            let name = path.strip_prefix(&tree).unwrap_or(path);
            let name = name.to_string_lossy().replace('\\', "/");
            Ok((name, fs::read_to_string(path)?))
        })
        .collect::<io::Result<Vec<(String, String)>>>()
        .map_err(one)?;
    let texts = texts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()));
    let knowledge = Knowledge::load(texts).map_err(|errors| {
        let lines = errors.iter().map(|error| format!("knowledge/{error}"));
        lines.collect::<Vec<_>>()
    })?;
    let encoded = postcard::to_allocvec(&knowledge).map_err(one)?;
    fs::write(Path::new(&out).join("knowledge.postcard"), encoded).map_err(one)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a build script reads the tree from the disk"
)]
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(())
}

fn one(problem: impl std::fmt::Display) -> Vec<String> {
    vec![problem.to_string()]
}
