//! What the tests of several crates share: small projects written in Markdown, as the rules' pages and the cases of the flow
//! analysis hold them, and labelled lines of secrets. Only tests and the benchmarks depend on it.

#![expect(
    clippy::expect_used,
    reason = "a page that cannot be read fails the test that reads it"
)]

mod labelled;

pub use labelled::{Labelled, labelled};

use base::RelPath;

/// A small project under a heading.
#[derive(Clone, Debug)]
pub struct Example {
    /// The heading.
    pub title: String,
    /// Its files, in the order in which they stand there.
    pub files: Vec<(RelPath, String)>,
}

impl Example {
    /// Every line of its files, with the file and the number of the line.
    pub fn lines(&self) -> impl Iterator<Item = (&RelPath, u32, &str)> {
        self.files.iter().flat_map(|(path, text)| {
            (1..)
                .zip(text.lines())
                .map(move |(n, line)| (path, n, line))
        })
    }
}

/// The examples of `page`: each stands under a heading that starts with `heading`, such as `"## "`, and its files are fenced
/// blocks whose info string names them: ```` ```yaml serverless.yml ````.
///
/// # Panics
///
/// On a fence that names no file, or that stands under no heading.
#[must_use]
pub fn examples(page: &str, heading: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut open: Option<(RelPath, String)> = None;
    for line in page.lines() {
        if let Some((path, mut text)) = open.take() {
            if line == "```" {
                let example = examples.last_mut();
                let example = example.expect("a file stands under an example's heading");
                example.files.push((path, text));
            } else {
                text.push_str(line);
                text.push('\n');
                open = Some((path, text));
            }
        } else if let Some(title) = line.strip_prefix(heading) {
            examples.push(Example {
                title: title.to_owned(),
                files: Vec::new(),
            });
        } else if let Some(info) = line.strip_prefix("```") {
            let name = info.split_whitespace().nth(1);
            let path = name.and_then(|name| RelPath::new(name).ok());
            open = Some((path.expect("the fence names a file"), String::new()));
        }
    }
    examples
}
