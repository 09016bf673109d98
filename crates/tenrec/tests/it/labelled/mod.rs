//! How well secrets are told from what only looks like them: a set of labelled lines, each scanned as a project of its own.

mod tokens;

use base::{Budget, RelPath};
use tenrec::{MemorySystem, scan};

/// A labelled line, with its tokens drawn.
struct Case {
    number: usize,
    is_secret: bool,
    path: String,
    text: String,
}

fn cases() -> Vec<Case> {
    let mut draw = tokens::Draw::new();
    let lines = include_str!("lines.txt").lines().zip(1..);
    lines
        .filter_map(|(line, number)| {
            let (label, rest) = line.split_once(' ')?;
            let is_secret = match label {
                "+" => true,
                "-" => false,
                _ => return None,
            };
            let (path, text) = rest.split_once(' ')?;
            let text = text.replace("\\\\n", "\u{1}").replace("\\n", "\n");
            Some(Case {
                number,
                is_secret,
                path: path.to_owned(),
                text: draw.filled(&text.replace('\u{1}', "\\n")) + "\n",
            })
        })
        .collect()
}

/// Whether a scan says that the line holds a secret. What it finds to improve about a place for secrets is another question.
fn is_told(case: &Case) -> bool {
    let path = RelPath::new(&case.path).unwrap();
    let system = MemorySystem::new([(path, case.text.clone())]);
    let outcome = scan::run(&system, &Budget::default());
    outcome.findings.iter().any(|finding| {
        finding.rule.starts_with("sas7/")
            && !finding.message.contains("when the stack is deployed")
            && !finding.message.contains("shows it to whoever")
    })
}

#[test]
fn secrets_are_told_from_what_looks_like_them() {
    let cases = cases();
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

/// Writes the lines as files, for other programs: `secret/17/.env`, `other/93/app.py` below the test's directory.
#[test]
#[ignore = "for comparing with other programs"]
fn lines_as_files() {
    let root = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("labelled");
    for case in cases() {
        let folder = if case.is_secret { "secret" } else { "other" };
        let path = root
            .join(folder)
            .join(case.number.to_string())
            .join(&case.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, case.text).unwrap();
    }
}
