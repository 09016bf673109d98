//! Bills of materials: what is deployed, with what is known to be wrong with it, as CycloneDX 1.6 or SPDX 2.3.
//!
//! The same project gives the same bytes: numbers are derived from the content, and there is a time only where the caller
//! gives one.

mod cyclonedx;
mod spdx;

use std::collections::{BTreeMap, BTreeSet};

use base::{Name, RelPath};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Inventory, Package};

/// What a bill of materials is about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The application's name.
    pub name: &'a str,
    /// The version of Tenrec that writes it.
    pub tool_version: &'a str,
    /// Whether it was looked up which vulnerabilities are known.
    pub is_checked: bool,
    /// When it is written, as RFC 3339 in UTC; nothing where the same project must give the same bytes.
    pub time: Option<&'a str>,
}

/// The packages of an application, each release once.
#[derive(Clone, Debug, Default)]
pub struct Bom<'a> {
    components: BTreeMap<String, Component<'a>>,
    /// Manifests whose packages are missing, because nothing says which releases are installed.
    unlocked: BTreeSet<&'a RelPath>,
}

#[derive(Clone, Debug)]
struct Component<'a> {
    package: &'a Package,
    /// The functions that ship it, in order.
    functions: Vec<Name>,
    /// The package URLs of what it needs, in order.
    needs: Vec<String>,
    /// Why what is known to be wrong with it is accepted, where somebody decided so.
    accepted: Option<String>,
}

impl<'a> Bom<'a> {
    /// Adds what one bundle of an inventory deploys with these functions. `accepted` says why a package's vulnerabilities are
    /// accepted.
    pub fn add(
        &mut self,
        inventory: &'a Inventory,
        bundle: usize,
        functions: &[Name],
        accepted: impl Fn(&Package) -> Option<String>,
    ) {
        let Some(bundle) = inventory.bundles.get(bundle) else {
            return;
        };
        let Some(lock) = bundle.lock.and_then(|lock| inventory.locks.get(lock)) else {
            let manifest = bundle.manifest.and_then(|at| inventory.manifests.get(at));
            let asks = manifest.filter(|it| !it.requirements.is_empty());
            self.unlocked.extend(asks.map(|it| &it.path));
            return;
        };
        for at in &bundle.packages {
            let Some(package) = lock.packages.get(*at as usize) else {
                continue;
            };
            let needs = package
                .needs
                .iter()
                .filter(|need| bundle.packages.binary_search(need).is_ok());
            let needs = needs.filter_map(|need| lock.packages.get(*need as usize));
            let component = self
                .components
                .entry(package.purl())
                .or_insert_with(|| Component {
                    package,
                    functions: Vec::new(),
                    needs: Vec::new(),
                    accepted: accepted(package),
                });
            component.needs.extend(needs.map(Package::purl));
            component.needs.sort();
            component.needs.dedup();
            component.functions.extend(functions.iter().cloned());
            component.functions.sort();
            component.functions.dedup();
            component.package = match component.package.is_direct {
                true => component.package,
                false => package,
            };
        }
    }

    /// How many releases of packages it lists.
    #[must_use]
    pub fn len(&self) -> usize {
        self.components.len()
    }

    /// Whether it lists nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.components.is_empty()
    }

    /// The manifests whose packages it does not list, because no lock file says which releases are installed.
    pub fn unlocked(&self) -> impl Iterator<Item = &'a RelPath> {
        self.unlocked.iter().copied()
    }

    /// As CycloneDX 1.6.
    #[must_use]
    pub fn cyclonedx(&self, subject: Subject<'_>) -> Value {
        cyclonedx::document(self, subject)
    }

    /// As SPDX 2.3.
    #[must_use]
    pub fn spdx(&self, subject: Subject<'_>) -> Value {
        spdx::document(self, subject)
    }

    /// A number for this content, in the form of a UUID (version 8: of one's own making).
    fn uuid(&self, subject: Subject<'_>) -> String {
        let mut hash = Sha256::new();
        hash.update(subject.name);
        for (purl, component) in &self.components {
            hash.update([0]);
            hash.update(purl);
            for function in &component.functions {
                hash.update([1]);
                hash.update(function.as_bytes());
            }
        }
        let digits = hash
            .finalize()
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>();
        let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default().to_owned();
        format!(
            "{}-{}-8{}-8{}-{}",
            part(0, 8),
            part(8, 12),
            part(13, 16),
            part(17, 20),
            part(20, 32)
        )
    }

    /// The packages that the application itself asks for.
    fn direct(&self) -> impl Iterator<Item = &String> {
        let components = self.components.iter();
        components
            .filter(|(_, it)| it.package.is_direct)
            .map(|(purl, _)| purl)
    }
}
