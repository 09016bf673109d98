//! SPDX 2.3, in JSON. It knows functions and decisions about vulnerabilities only as annotations and references.

use serde_json::{Value, json};

use super::{Bom, Component, Subject};

/// The time of a document that must not depend on when it was made; SPDX asks for one.
const NO_TIME: &str = "1970-01-01T00:00:00Z";

pub(super) fn document(bom: &Bom<'_>, subject: Subject<'_>) -> Value {
    let time = subject.time.unwrap_or(NO_TIME);
    let tool = format!("Tool: tenrec-{}", subject.tool_version);
    let application = json!({
        "SPDXID": "SPDXRef-application",
        "name": subject.name,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": false,
        "primaryPackagePurpose": "APPLICATION",
    });
    let components = bom.components.iter();
    let packages = components.map(|(purl, it)| package(purl, it, time, &tool));
    let relation = |from: &str, to: &str, kind: &str| json!({"spdxElementId": from, "relatedSpdxElement": to, "relationshipType": kind});
    let describes = relation("SPDXRef-DOCUMENT", "SPDXRef-application", "DESCRIBES");
    let direct = bom
        .direct()
        .map(|purl| relation("SPDXRef-application", &id(purl), "DEPENDS_ON"));
    let others = bom.components.iter().flat_map(|(purl, it)| {
        let needs = it
            .needs
            .iter()
            .filter(|need| bom.components.contains_key(*need));
        needs.map(|need| relation(&id(purl), &id(need), "DEPENDS_ON"))
    });
    json!({
        "spdxVersion": "SPDX-2.3",
        "SPDXID": "SPDXRef-DOCUMENT",
        "dataLicense": "CC0-1.0",
        "name": subject.name,
        "documentNamespace": format!("https://tenrec.invalid/spdx/{}", bom.uuid(subject)),
        "creationInfo": {"created": time, "creators": [tool]},
        "packages": std::iter::once(application).chain(packages).collect::<Vec<_>>(),
        "relationships": std::iter::once(describes).chain(direct).chain(others).collect::<Vec<_>>(),
    })
}

fn package(purl: &str, component: &Component<'_>, time: &str, tool: &str) -> Value {
    let package = component.package;
    let advisories = package.vulnerabilities.iter().map(|it| {
        json!({
            "referenceCategory": "SECURITY",
            "referenceType": "advisory",
            "referenceLocator": format!("https://osv.dev/vulnerability/{}", it.advisory.id),
        })
    });
    let named = json!({
        "referenceCategory": "PACKAGE-MANAGER",
        "referenceType": "purl",
        "referenceLocator": purl,
    });
    let says = |comment: String| json!({"annotationDate": time, "annotationType": "OTHER", "annotator": tool, "comment": comment});
    let functions = component.functions.iter();
    let functions = functions.map(|name| says(format!("shipped by the function {name}")));
    let accepted = component
        .accepted
        .iter()
        .filter(|_| !package.vulnerabilities.is_empty());
    let accepted = accepted.map(|reason| says(format!("its advisories are accepted: {reason}")));
    let mut value = json!({
        "SPDXID": id(purl),
        "name": package.name.as_str(),
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": false,
        "externalRefs": std::iter::once(named).chain(advisories).collect::<Vec<_>>(),
        "annotations": functions.chain(accepted).collect::<Vec<_>>(),
    });
    if let (false, Some(fields)) = (package.version.is_empty(), value.as_object_mut()) {
        fields.insert("versionInfo".to_owned(), json!(package.version.as_str()));
    }
    value
}

/// A reference of SPDX: letters, digits, dots and hyphens only, so that every other byte is written as its number.
fn id(purl: &str) -> String {
    let mut id = "SPDXRef-".to_owned();
    for byte in purl.strip_prefix("pkg:").unwrap_or(purl).bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' => id.push(char::from(byte)),
            byte => id.push_str(&format!("-{byte:02x}")),
        }
    }
    id
}
