//! Verdicts on patterns whose growth is known, and on random ones against the brute search for a slow text.

use proptest::prelude::*;

use crate::attack::Judge;
use crate::{Attack, Call, Flavor, Growth, Pump, Text, Verdict, Vulnerability, Why, analyze};

fn verdict(pattern: &str, flavor: Flavor, flags: &str, call: Call) -> Verdict {
    analyze(pattern, flavor, flags, call).unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

fn js(pattern: &str) -> Verdict {
    verdict(pattern, Flavor::JavaScript, "", Call::Search)
}

fn weakness(verdict: Verdict) -> Option<Vulnerability> {
    match verdict {
        Verdict::Vulnerable(it) => Some(*it),
        _ => None,
    }
}

fn growth(verdict: Verdict) -> Option<Growth> {
    weakness(verdict).map(|it| it.growth)
}

#[test]
fn loops_that_read_a_text_in_two_ways_are_exponential() {
    for pattern in [
        "^(a+)+$",
        "(a*)*b",
        "(a|a)+$",
        "(?:x|aa|a)+y",
        "^(a|a)*$",
        "^(a|aa)+$",
        "^(?:a|b|ab)*c$",
        r"^(\w+\s?)*$",
        "^(a*?)*?$",
        "(?:(?:a*)*)*b",
        "^(?=(a+)+b)",
        r"(?<=\()(a+)+x",
        r"(?<=<b>)(?:a|aa)+y",
        "^(?!(a+)+b)",
        "^(a|a){1,50}$",
        r"^(?:\r\n|\r|\n)*$",
        r"^([a-z0-9])(([\-.]|[_]+)?([a-z0-9]+))*@x$",
        r"^(?:[^\W_]|\d)*!",
    ] {
        assert_eq!(growth(js(pattern)), Some(Growth::Exponential), "{pattern}");
    }
}

#[test]
fn loops_behind_one_another_are_powers_of_the_length() {
    for (pattern, degree) in [
        ("^a*a*$", 2),
        ("^a*a*a*$", 3),
        ("^a*b*a*$", 2),
        ("^(a*a*)(b*b*)$", 3),
        ("a+$", 2),
        (r"^\s+|\s+$", 2),
        ("foo.*bar", 2),
        (r"\bfoo\b.*\bbar", 2),
        (r"(?<=\s+)x", 2),
        (r#"(?=\$\{!)[^"]*?\}"#, 2),
        (r"(?<=id=)[^;]*end", 2),
        (r"(.*)\1x", 3),
        (r"\/\*[\s\S]*?\*\/", 2),
    ] {
        assert_eq!(
            growth(js(pattern)),
            Some(Growth::Polynomial(degree)),
            "{pattern}"
        );
    }
}

#[test]
fn patterns_without_a_slow_text_are_safe() {
    for pattern in [
        "",
        "abc",
        "^[a-z]+$",
        "(a+)+",
        "^(a+)+",
        "^(a?){3}a{3}$",
        r"^-?\d+(?:,\d{3})*$",
        r"^([^@\s.]+\.)*[^@\s.]+$",
        "^(a|b)*$",
        "^(ab|cd|ef)*$",
        r"^\d{1,30}\d{1,30}x",
        r"^(?:.|\n)*$",
        "[[:alpha:]]*x",
    ] {
        assert!(
            matches!(js(pattern), Verdict::Safe(_)),
            "{pattern}: {:?}",
            js(pattern)
        );
    }
}

#[test]
fn what_is_not_given_back_is_not_tried_again() {
    for pattern in ["^(?>a+)+$", "^(?:a++)+$", "^(a|aa)++$", "^(?>(a+)+)$"] {
        let found = verdict(pattern, Flavor::Pcre, "", Call::Search);
        assert_eq!(found, Verdict::Safe(Why::Unexploitable), "{pattern}");
    }
    let found = verdict("(?>a+)b", Flavor::Java, "", Call::Search);
    assert_eq!(growth(found), Some(Growth::Polynomial(2)));
}

#[test]
fn a_call_that_is_tied_to_a_place_does_not_search() {
    let python = |pattern, call| verdict(pattern, Flavor::Python, "", call);
    assert_eq!(
        growth(python("a+b", Call::Search)),
        Some(Growth::Polynomial(2))
    );
    assert_eq!(growth(python("a+b", Call::Prefix)), None);
    assert_eq!(growth(python("(a+)+", Call::Prefix)), None);
    assert_eq!(
        growth(python("(a+)+", Call::Full)),
        Some(Growth::Exponential)
    );
    assert_eq!(
        growth(verdict("a+b", Flavor::JavaScript, "y", Call::Search)),
        None
    );
    let found = weakness(python("a+b", Call::Search)).unwrap();
    assert!(found.is_from_search);
}

#[test]
fn an_engine_that_does_not_backtrack_is_safe() {
    let found = verdict("^(a+)+$", Flavor::Go, "", Call::Search);
    assert_eq!(found, Verdict::Safe(Why::Engine));
}

#[test]
fn flags_count() {
    let flagged =
        |pattern, flags| growth(verdict(pattern, Flavor::JavaScript, flags, Call::Search));
    assert_eq!(flagged("^(a|A)*$", ""), None);
    assert_eq!(flagged("^(a|A)*$", "i"), Some(Growth::Exponential));
    assert_eq!(flagged(r"^(.|\n)*x", ""), None);
    assert_eq!(flagged(r"^(.|\n)*x", "s"), Some(Growth::Exponential));
    let verbose = verdict("^(a+ # letters\n)+ $", Flavor::Python, "x", Call::Search);
    assert_eq!(growth(verbose), Some(Growth::Exponential));
}

#[test]
fn each_flavour_reads_what_it_alone_writes() {
    for (flavor, pattern) in [
        (Flavor::Python, r"(?P<n>a+)+(?P=n)(?#note)\Z"),
        (Flavor::Python, r"(?i)^(?:a|A)+$"),
        (Flavor::Java, r"^([a-z&&[^b]]|a)+$"),
        (Flavor::Java, r"^(\Qa.\E|a\.)+\z"),
        (Flavor::Java, r"^(\p{Lower}|a)+$"),
        (Flavor::DotNet, r"^([a-z-[b]]|a)+$"),
        (Flavor::DotNet, r"^(?'n'a+)+$"),
        (Flavor::Pcre, r"^([[:alpha:]]|a)+$"),
        (Flavor::Pcre, r"^(?|(a)|(b|a))+$"),
        (Flavor::Pcre, r"^(\h|\x{20})+$"),
        (Flavor::JavaScript, r"^(?<n>a+)+\k<n>$"),
    ] {
        let found = verdict(pattern, flavor, "", Call::Search);
        assert_eq!(growth(found), Some(Growth::Exponential), "{pattern}");
    }
    let classes = verdict(
        r"^(?:[\w--a]|[b&&\w])+$",
        Flavor::JavaScript,
        "v",
        Call::Search,
    );
    assert_eq!(growth(classes), Some(Growth::Exponential));
}

#[test]
fn what_no_engine_takes_is_an_error() {
    for (flavor, pattern) in [
        (Flavor::JavaScript, "(a"),
        (Flavor::JavaScript, "a)"),
        (Flavor::JavaScript, "a++"),
        (Flavor::JavaScript, "[b-a]"),
        (Flavor::Python, "*a"),
        (Flavor::Python, "a{3,2}"),
        (Flavor::Python, "[a"),
        (Flavor::Python, "\\"),
    ] {
        assert!(
            analyze(pattern, flavor, "", Call::Search).is_err(),
            "{pattern}"
        );
    }
}

/// Each line was put before the engine itself: Node 20, CPython 3.11, OpenJDK 17.
#[test]
fn what_one_engine_takes_another_refuses() {
    const JS: (Flavor, &str) = (Flavor::JavaScript, "");
    const JS_U: (Flavor, &str) = (Flavor::JavaScript, "u");
    const JS_V: (Flavor, &str) = (Flavor::JavaScript, "v");
    const PYTHON: (Flavor, &str) = (Flavor::Python, "");
    const JAVA: (Flavor, &str) = (Flavor::Java, "");
    for (pattern, takes) in [
        ("^+a", &[JAVA] as &[_]),
        ("a{1", &[JS, PYTHON]),
        ("a}", &[JS, PYTHON, JAVA]),
        (r"\-", &[JS, PYTHON, JAVA]),
        (r"\q", &[JS]),
        (r"\x4g", &[JS]),
        (r"\u00", &[JS]),
        (r"\u{41}", &[JS, JS_U, JS_V]),
        (r"\c", &[JS]),
        (r"\cA", &[JS, JS_U, JS_V, JAVA]),
        (r"(a)\2", &[JS, JAVA]),
        (r"(a)\1", &[JS, JS_U, JS_V, PYTHON, JAVA]),
        (r"(?<n>a)\k<n>", &[JS, JS_U, JS_V, JAVA]),
        (r"(?<n>a)\k<m>", &[]),
        ("(?P<n>a)(?P=n)", &[PYTHON]),
        ("(?P<n>a)(?P=m)", &[]),
        ("(?i)a", &[PYTHON, JAVA]),
        ("(?#note)a", &[PYTHON]),
        ("(a)(?(1)b|c)", &[PYTHON]),
        (r"[\w-a]", &[JS, JAVA]),
        ("[(]", &[JS, JS_U, PYTHON, JAVA]),
        ("[a&&b]", &[JS, JS_U, JS_V, PYTHON, JAVA]),
        ("a**", &[]),
        ("a{2}{3}", &[JAVA]),
        ("a++", &[PYTHON, JAVA]),
        ("(?>a)", &[PYTHON, JAVA]),
        ("(?=a)*", &[JS, PYTHON, JAVA]),
    ] {
        for engine in [JS, JS_U, JS_V, PYTHON, JAVA] {
            let (flavor, flags) = engine;
            let answer = analyze(pattern, flavor, flags, Call::Search);
            let takes = takes.contains(&engine);
            assert_eq!(answer.is_ok(), takes, "{pattern} {flavor:?} {flags}");
        }
    }
    for pattern in ["(?=a)", r"(a)\1", "(?>a)", "a++"] {
        assert!(
            analyze(pattern, Flavor::Go, "", Call::Search).is_err(),
            "{pattern}"
        );
    }
}

#[test]
fn letters_have_the_cases_that_the_engine_gives_them() {
    // Only a Kelvin sign is in both, and only where `k` is one.
    let pattern = "^(?:k|[\u{2120}-\u{2130}])+$";
    for (flavor, flags, is_slow) in [
        (Flavor::JavaScript, "i", false),
        (Flavor::JavaScript, "iu", true),
        (Flavor::Python, "i", true),
        (Flavor::Python, "ia", false),
        (Flavor::Java, "i", false),
    ] {
        let found = growth(verdict(pattern, flavor, flags, Call::Search));
        assert_eq!(found.is_some(), is_slow, "{flavor:?} {flags}");
    }
}

#[test]
fn the_guilty_repetitions_are_named() {
    let pattern = r"^x(\w+\s?)*$";
    let found = weakness(js(pattern)).unwrap();
    let guilty: Vec<&str> = found
        .guilty
        .iter()
        .filter_map(|it| pattern.get(it.clone()))
        .collect();
    assert_eq!(guilty, [r"(\w+\s?)*"]);
    assert_eq!(found.attack.text(2).plain().unwrap(), "xaaa!");
}

#[test]
fn the_work_for_one_pattern_is_bounded() {
    for pattern in [
        "(.*)".repeat(200),
        format!("^({})*$", "a?".repeat(400)),
        format!("^({})$", ["[a-z0-9]+x"; 60].join("|")),
        format!("{}{}", "(".repeat(120), "a*)*".repeat(120)),
        "a{1000}{1000}{1000}".to_owned(),
        "(?:a{0,1000}){0,1000}b".to_owned(),
        "^(.*a){12}$".to_owned(),
    ] {
        let started = std::time::Instant::now();
        let _ = analyze(&pattern, Flavor::Pcre, "", Call::Search);
        assert!(started.elapsed().as_secs() < 10, "{pattern}");
    }
}

/// Small patterns over `a`, `b` and `c`.
fn patterns() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a".to_owned()),
        Just("b".to_owned()),
        Just("[ab]".to_owned()),
        Just("[^a]".to_owned()),
    ];
    leaf.prop_recursive(4, 10, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}{b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(?:{a}|{b})")),
            inner.clone().prop_map(|a| format!("(?:{a})*")),
            inner.clone().prop_map(|a| format!("(?:{a})+?")),
            inner.clone().prop_map(|a| format!("(?:{a})?")),
            inner.prop_map(|a| format!("(?:{a}){{2,3}}")),
        ]
    })
}

/// The worst growth that any short prefix, pump and suffix shows.
fn brute(pattern: &str, flavor: Flavor) -> Option<Growth> {
    let parsed = crate::parse::parse(pattern, flavor, "").unwrap();
    let program = crate::program::exact(&parsed, flavor, Call::Search).unwrap();
    let text = |text: &str| Text(text.chars().map(u32::from).collect());
    let mut worst = None;
    for pump in ["a", "b", "ab", "ba", "aab", "abb"] {
        for prefix in ["", "a", "b"] {
            for suffix in ["", "c", "a", "b"] {
                let mut judge = Judge {
                    program: &program,
                    flavor,
                    call: Call::Search,
                    steps: 3_000_000,
                };
                let attack = Attack {
                    pumps: vec![Pump {
                        prefix: text(prefix),
                        pump: text(pump),
                    }],
                    suffix: text(suffix),
                };
                worst = worst.max(judge.growth(&attack));
            }
        }
    }
    worst
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn no_growth_is_missed(body in patterns(), is_js: bool) {
        let pattern = format!("^{body}$");
        let flavor = if is_js { Flavor::JavaScript } else { Flavor::Pcre };
        let found = verdict(&pattern, flavor, "", Call::Search);
        let known = brute(&pattern, flavor);
        prop_assert!(known <= growth(found), "{pattern} {flavor:?}: {known:?}");
    }

    #[test]
    fn no_pattern_is_too_strange(pattern: String, flags in "[imsxuvUn]{0,2}") {
        for flavor in Flavor::ALL {
            let _ = analyze(&pattern, flavor, &flags, Call::Search);
        }
    }

    #[test]
    fn no_pattern_of_signs_is_too_strange(pattern in r"[ab\\()\[\]{}?*+|^$.,:=!<>#&0-3dwsbkpPRQE'-]{0,24}") {
        for flavor in Flavor::ALL {
            let _ = analyze(&pattern, flavor, "", Call::Search);
        }
    }
}
