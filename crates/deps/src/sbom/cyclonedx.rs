//! CycloneDX 1.6, in JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Bom, Component, Subject};
use crate::osv::{Rating, Vulnerability};

/// The reference of the application itself.
const APPLICATION: &str = "application";

pub(super) fn document(bom: &Bom<'_>, subject: Subject<'_>) -> Value {
    let mut metadata = json!({
        "tools": {"components": [{"type": "application", "name": "tenrec", "version": subject.tool_version}]},
        "component": {"type": "application", "bom-ref": APPLICATION, "name": subject.name},
    });
    if let (Some(time), Some(fields)) = (subject.time, metadata.as_object_mut()) {
        fields.insert("timestamp".to_owned(), json!(time));
    }
    let components = bom.components.iter().map(|(purl, it)| component(purl, it));
    let direct: Vec<&String> = bom.direct().collect();
    let of_application = json!({"ref": APPLICATION, "dependsOn": direct});
    let others = bom
        .components
        .iter()
        .map(|(purl, it)| json!({"ref": purl, "dependsOn": it.needs}));
    let mut document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": format!("urn:uuid:{}", bom.uuid(subject)),
        "version": 1,
        "metadata": metadata,
        "components": components.collect::<Vec<_>>(),
        "dependencies": std::iter::once(of_application).chain(others).collect::<Vec<_>>(),
    });
    if let Some(fields) = document.as_object_mut() {
        // An empty list would say that nothing is known to be wrong.
        if subject.is_checked {
            fields.insert("vulnerabilities".to_owned(), json!(vulnerabilities(bom)));
        }
        if !bom.unlocked.is_empty() {
            let missing = json!({"aggregate": "incomplete", "assemblies": [APPLICATION]});
            fields.insert("compositions".to_owned(), json!([missing]));
        }
    }
    document
}

fn component(purl: &str, component: &Component<'_>) -> Value {
    let package = component.package;
    let functions = component.functions.iter();
    let properties =
        functions.map(|name| json!({"name": "tenrec:function", "value": name.as_str()}));
    // A scope of Maven or npm is part of the name here, as package URLs have it.
    let (group, name) = match package.name.rsplit_once([':', '/']) {
        Some((group, name)) => (Some(group), name),
        None => (None, package.name.as_str()),
    };
    let mut value = json!({
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": package.version.as_str(),
        "purl": purl,
        "properties": properties.collect::<Vec<_>>(),
    });
    if let (Some(group), Some(fields)) = (group, value.as_object_mut()) {
        fields.insert("group".to_owned(), json!(group));
    }
    value
}

/// One entry for each vulnerability and what it was decided to be, with all packages that have it.
fn vulnerabilities(bom: &Bom<'_>) -> Vec<Value> {
    type Affected<'v> = (&'v Vulnerability, Vec<&'v str>);
    let mut found: BTreeMap<(&str, Option<&str>), Affected<'_>> = BTreeMap::new();
    for (purl, component) in &bom.components {
        for vulnerability in &component.package.vulnerabilities {
            let key = (
                vulnerability.advisory.id.as_str(),
                component.accepted.as_deref(),
            );
            found
                .entry(key)
                .or_insert_with(|| (vulnerability, Vec::new()))
                .1
                .push(purl);
        }
    }
    let found = found.into_iter();
    found
        .map(|((id, accepted), (vulnerability, purls))| {
            let advisory = &vulnerability.advisory;
            let references = vulnerability.aliases.iter();
            let references =
                references.map(|alias| json!({"id": alias.as_str(), "source": source(alias)}));
            let analysis = match accepted {
                Some(reason) => json!({"state": "not_affected", "detail": reason}),
                None => json!({"state": "in_triage"}),
            };
            let mut rating = json!({"severity": severity(advisory.rating)});
            if let (Some(vector), Some(fields)) = (&advisory.vector, rating.as_object_mut()) {
                fields.insert("vector".to_owned(), json!(vector.as_str()));
                fields.insert("method".to_owned(), json!(method(vector)));
                if let Some((_, tenths)) = Rating::of_vector(vector) {
                    fields.insert("score".to_owned(), json!(f64::from(tenths) / 10.0));
                }
            }
            let recommendation = match &vulnerability.fixed_in {
                Some(version) => format!("Update to {version} or later"),
                None => "No release without it is known".to_owned(),
            };
            json!({
                "id": id,
                "source": source(id),
                "references": references.collect::<Vec<_>>(),
                "ratings": [rating],
                "description": advisory.summary.as_str(),
                "recommendation": recommendation,
                "analysis": analysis,
                "affects": purls.iter().map(|purl| json!({"ref": purl})).collect::<Vec<_>>(),
            })
        })
        .collect()
}

fn source(id: &str) -> Value {
    match id.starts_with("CVE-") {
        true => json!({"name": "NVD", "url": format!("https://nvd.nist.gov/vuln/detail/{id}")}),
        false => json!({"name": "OSV", "url": format!("https://osv.dev/vulnerability/{id}")}),
    }
}

fn severity(rating: Rating) -> &'static str {
    rating.as_str()
}

fn method(vector: &str) -> &'static str {
    match vector.get(..8) {
        Some("CVSS:3.0") => "CVSSv3",
        Some("CVSS:3.1") => "CVSSv31",
        Some("CVSS:4.0") => "CVSSv4",
        _ => "other",
    }
}
