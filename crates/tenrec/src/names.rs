//! Names that users write: the nearest known one for a name that is not known.

/// `; did you mean …?` for the known name that is most like `word`.
#[must_use]
pub fn hint<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known)
        .map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}

/// The known name that is most like `word`, where any is.
fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The comparison is quadratic, and the word may come from a hostile file.
    let word: String = word.chars().take(80).collect();
    // A rule is often written without its risk.
    let distance = |name: &str| {
        let short = name.split_once('/').map_or(name, |(_, short)| short);
        strsim::osa_distance(name, &word).min(strsim::osa_distance(short, &word))
    };
    known
        .into_iter()
        .map(|name| (distance(name), name))
        .min()
        .filter(|(distance, name)| *distance < word.chars().count().max(name.len()) * 2 / 3)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_name_is_named_with_or_without_its_risk() {
        let known = ["sas1/ssrf", "sas1/os-command-injection"];
        assert_eq!(nearest("sas1/srf", known), Some("sas1/ssrf"));
        assert_eq!(nearest("os-comand-injection", known), Some(known[1]));
        assert_eq!(
            nearest("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", known),
            None
        );
    }
}
