//! The baseline: an earlier report, whose findings are not shown again.

use std::collections::BTreeSet;

use serde_json::Value;

/// The fingerprints of an earlier report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    fingerprints: BTreeSet<String>,
}

impl Baseline {
    /// Reads a report of `--format json` or `--format sarif`. Suppressed findings are not in the baseline, so that they come
    /// back when their ignore goes.
    ///
    /// # Errors
    /// When the text is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        let report: Value =
            serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
        let fingerprints = if let Some(runs) = report.get("runs").and_then(Value::as_array) {
            runs.iter().flat_map(sarif).collect()
        } else if let Some(findings) = report.get("findings").and_then(Value::as_array) {
            findings
                .iter()
                .filter_map(|it| text_of(it.get("fingerprint")))
                .collect()
        } else {
            return Err(
                "it is a report of neither `--format json` nor `--format sarif`".to_owned(),
            );
        };
        Ok(Self { fingerprints })
    }

    /// Whether the baseline has this finding.
    #[must_use]
    pub fn has(&self, fingerprint: &str) -> bool {
        self.fingerprints.contains(fingerprint)
    }
}

fn sarif(run: &Value) -> impl Iterator<Item = String> {
    let results = run.get("results").and_then(Value::as_array);
    let is_open = |result: &&Value| {
        let suppressions = result.get("suppressions").and_then(Value::as_array);
        suppressions.is_none_or(Vec::is_empty)
    };
    results
        .into_iter()
        .flatten()
        .filter(is_open)
        .filter_map(|result| {
            let fingerprints = result.get("partialFingerprints")?;
            text_of(fingerprints.get(report::FINGERPRINT))
        })
}

fn text_of(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_report_are_read_and_others_refused() {
        let json = r#"{"findings": [{"fingerprint": "a"}], "suppressed": [{"fingerprint": "s"}]}"#;
        let sarif = r#"{"runs": [{"results": [
            {"partialFingerprints": {"tenrec/v1": "a"}},
            {"partialFingerprints": {"tenrec/v1": "s"}, "suppressions": [{"kind": "inSource"}]}]}]}"#;
        for text in [json, sarif] {
            let baseline = Baseline::parse(text).unwrap();
            assert!(baseline.has("a") && !baseline.has("s"), "{text}");
        }
        assert!(Baseline::parse("{}").is_err());
        assert!(Baseline::parse("<x/>").unwrap_err().contains("not JSON"));
    }
}
