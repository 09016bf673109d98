//! Lines that hold secrets and lines that only look like it, each with its label: for measuring how well the two are told apart,
//! by Tenrec and by other programs.

mod tokens;

use base::RelPath;

/// A labelled line, with its tokens drawn.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// The number of the line.
    pub number: usize,
    /// Whether it holds a secret.
    pub is_secret: bool,
    /// The file that it is the only line of.
    pub path: RelPath,
    /// What the file holds.
    pub text: String,
}

/// The lines of `lines.txt`.
///
/// # Panics
///
/// On a line with a path or a kind of token that there is not.
#[must_use]
pub fn labelled() -> Vec<Labelled> {
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
            Some(Labelled {
                number,
                is_secret,
                path: RelPath::new(path).expect("the line names a file"),
                text: draw.filled(&text.replace('\u{1}', "\\n")) + "\n",
            })
        })
        .collect()
}
