//! How well secrets are told from what only looks like them: a set of labelled lines, each scanned as a project of its own.

use base::Budget;
use tenrec::{MemorySystem, scan};
use testkit::Labelled;

/// Whether a scan says that the line holds a secret. What it finds to improve about a place for secrets is another question.
fn is_told(case: &Labelled) -> bool {
    let system = MemorySystem::new([(case.path.clone(), case.text.clone())]);
    let outcome = scan::run(&system, &Budget::default());
    outcome.findings.iter().any(|finding| {
        finding.rule.starts_with("sas7/")
            && !finding.message.contains("when the stack is deployed")
            && !finding.message.contains("shows it to whoever")
    })
}

#[test]
fn secrets_are_told_from_what_looks_like_them() {
    let cases = testkit::labelled();
    let look_alikes = cases.iter().filter(|case| !case.is_secret).count();
    assert!(300 <= cases.len() && 150 <= look_alikes);
    let mut wrong = Vec::new();
    let (mut missed, mut false_alarms) = (0, 0);
    for case in &cases {
        let is_told = is_told(case);
        if is_told != case.is_secret {
            let what = if is_told { "false alarm" } else { "missed" };
            wrong.push(format!("line {}, {}: {what}", case.number, case.path));
        }
        missed += usize::from(case.is_secret && !is_told);
        false_alarms += usize::from(!case.is_secret && is_told);
    }
    let told = cases.len() - look_alikes - missed;
    let recall = told as f64 / (told + missed) as f64;
    let precision = told as f64 / (told + false_alarms) as f64;
    let figures = format!("precision {precision:.3}, recall {recall:.3}");
    println!("{figures}\n{}", wrong.join("\n"));
    assert!(
        0.98 <= precision && 0.95 <= recall,
        "{figures}\n{}",
        wrong.join("\n")
    );
}
