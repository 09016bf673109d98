//! Small documents in, a one-line rendering of the tree out.

use base::{Budget, Code, FileId, RelPath};
use doc::{Document, Node, NodeKind, parse_json, parse_yaml};

fn yaml(text: &str) -> Document {
    parse_yaml(FileId(0), &RelPath::root(), text, &Budget::default())
}

fn json(text: &str) -> Document {
    parse_json(FileId(0), &RelPath::root(), text, &Budget::default())
}

fn show(document: &Document) -> String {
    let roots: Vec<String> = document.roots.iter().map(show_node).collect();
    roots.join(" --- ")
}

fn show_node(node: &Node) -> String {
    let tag = node
        .tag
        .as_ref()
        .map(|tag| format!("{tag} "))
        .unwrap_or_default();
    let value = match &node.kind {
        NodeKind::Null => "null".to_owned(),
        NodeKind::Bool(truth) => truth.to_string(),
        NodeKind::Number(number) => number.to_string(),
        NodeKind::Text(text) => format!("{text:?}"),
        NodeKind::List(items) => {
            format!(
                "[{}]",
                items.iter().map(show_node).collect::<Vec<_>>().join(", ")
            )
        }
        NodeKind::Map(entries) => {
            let fields = entries
                .iter()
                .map(|entry| format!("{}: {}", entry.key, show_node(&entry.value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
    };
    tag + &value
}

fn codes(document: &Document) -> Vec<Code> {
    document
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect()
}

#[test]
fn yaml_values() {
    for (text, expected) in [
        ("", ""),
        (
            "a: 1\nb: [x, 'y', \"z\", 1.5, true, ~]\n",
            r#"{a: 1, b: ["x", "y", "z", 1.5, true, null]}"#,
        ),
        ("a:\nb: 2\n", "{a: null, b: 2}"),
        ("Version: 2010-09-09\n", r#"{Version: "2010-09-09"}"#),
        ("200: ok\ntrue: yes\n", r#"{200: "ok", true: "yes"}"#),
        (
            "a: !Sub ${b}\nc: !GetAtt d.Arn\n",
            r#"{a: !Sub "${b}", c: !GetAtt "d.Arn"}"#,
        ),
        ("!If [x, !Ref y, null]", r#"!If ["x", !Ref "y", null]"#),
        ("a: !!str 12\nb: !!int '12'\n", r#"{a: "12", b: 12}"#),
        (
            "a: |\n  one\n  two\nb: >-\n  three\n  four\n",
            r#"{a: "one\ntwo\n", b: "three four"}"#,
        ),
        ("a: 1\n---\nb: 2\n", "{a: 1} --- {b: 2}"),
        ("a: &x {k: 1}\nb: *x\n", "{a: {k: 1}, b: {k: 1}}"),
        (
            "base: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}\n",
            "{base: {k: 1, l: 2}, b: {k: 3, l: 2}}",
        ),
        (
            "b: {<<: [{k: 1}, {k: 2, m: 3}], '<<': 4}\n",
            "{b: {<<: 4, k: 1, m: 3}}",
        ),
        ("{\n\t\"a\": [1,\t2]\n}", "{a: [1, 2]}"),
    ] {
        let document = yaml(text);
        assert_eq!(show(&document), expected, "{text}");
        assert_eq!(codes(&document), [], "{text}");
    }
}

#[test]
fn broken_yaml_keeps_what_stands_before_the_error() {
    for (text, expected) in [
        ("a: 1\nb: [x, y\nc: 2\n", r#"{a: 1, b: ["x"]}"#),
        ("a: 1\n{% if x %}\nb: 2\n", "{a: 1"),
        ("a: 1\nb: {{ name }}\nc: 3\n", "{a: 1, b: {}, c: 3}"),
        ("a: 1\na: 2\n", "{a: 2}"),
        ("a: *missing\n", "{"),
        ("a: &x [1, *x]\n", "{a: [1, null]}"),
        ("a: {<<: 1}\n", "{a: {}}"),
        ("a: \"open\n", "{"),
    ] {
        let document = yaml(text);
        assert_eq!(codes(&document), [Code::MalformedDocument], "{text}");
        assert!(
            show(&document).starts_with(expected),
            "{text}: {}",
            show(&document)
        );
    }
}

#[test]
fn too_little_indentation_in_brackets_and_quotes_is_accepted() {
    for (text, expected) in [
        (
            "a:\n  b: [\n    x, # one ]\n  ]\nc: 1\n",
            r#"{a: {b: ["x"]}, c: 1}"#,
        ),
        (
            "a:\n  b: {x: 1,\n  y: 2,\n  z: 3}\nc: 1\n",
            "{a: {b: {x: 1, y: 2, z: 3}}, c: 1}",
        ),
        (
            "a:\n  b: 'one\n  it''s\n'\nc: 1\n",
            r#"{a: {b: "one   it's "}, c: 1}"#,
        ),
        (
            "a:\r\n  b: \"one\r\n\\\"two\"\r\nc: 1\r\n",
            r#"{a: {b: "one  \"two"}, c: 1}"#,
        ),
    ] {
        let document = yaml(text);
        assert_eq!(show(&document), expected, "{text}");
        assert_eq!(codes(&document), [], "{text}");
        let last = document.roots[0].get("c").unwrap();
        assert_eq!(last.span.of(text), "1");
    }
}

#[test]
fn spans_are_bytes_of_the_file() {
    for text in [
        "ä: ü # ö\nkey: [one, 'two']\nlast: |\n  block\n  text\nend: x\n",
        "ä: ü # ö\r\nkey: [one, 'two']\r\nlast: |\r\n  block\r\n  text\r\nend: x\r\n",
    ] {
        let document = yaml(text);
        let root = &document.roots[0];
        let at = |key: &str| root.get(key).unwrap().span.of(text);
        assert_eq!(root.entry("key").unwrap().key_span.of(text), "key");
        assert_eq!(at("ä"), "ü");
        assert_eq!(at("key"), "[one, 'two']");
        assert_eq!(root.get("key").unwrap().items()[1].span.of(text), "'two'");
        assert!(at("last").ends_with("text"), "{:?}", at("last"));
        assert_eq!(at("end"), "x");
        assert_eq!(root.span.of(text), text.trim_end());
    }
}

#[test]
fn json_values() {
    for (text, expected) in [
        ("", ""),
        (
            " {\"a\": [1, -2.5e1, true, null], \"b\": {}} ",
            "{a: [1, -25, true, null], b: {}}",
        ),
        (r#""ü\n\u00e4\ud83d\ude00\ud800x""#, r#""ü\nä😀�x""#),
    ] {
        let document = json(text);
        assert_eq!(show(&document), expected, "{text}");
        assert_eq!(codes(&document), [], "{text}");
    }
}

#[test]
fn broken_json_keeps_what_stands_before_the_error() {
    for (text, expected) in [
        (r#"{"a": 1, "b": [1, 2"#, "{a: 1, b: [1, 2]}"),
        (r#"{"a": 1, b: 2}"#, "{a: 1}"),
        (r#"{"a": 1,}"#, "{a: 1}"),
        (r#"{"a": 1, "a": 2}"#, "{a: 2}"),
        (r#"[1, "x"#, "[1]"),
        (r#"["\q"]"#, "[]"),
        (r#"["\u12"]"#, "[]"),
        ("[1] 2", "[1]"),
        ("ü", ""),
    ] {
        let document = json(text);
        assert_eq!(show(&document), expected, "{text}");
        assert_eq!(codes(&document), [Code::MalformedDocument], "{text}");
    }
}

#[test]
fn limits_hold() {
    let laughs = (1..12).fold(
        "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(),
        |text, level| {
            let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
            text + &format!("a{level}: &a{level} [{aliases}]\n")
        },
    );
    assert_eq!(codes(&yaml(&laughs)), [Code::BudgetExceeded]);
    let tower = (1..400).fold("a0: &a0 [x]\n".to_owned(), |text, level| {
        text + &format!("a{level}: &a{level} [*a{}]\n", level - 1)
    });
    assert_eq!(codes(&yaml(&tower)), [Code::BudgetExceeded]);
    assert_eq!(codes(&yaml(&"- ".repeat(100_000))), [Code::BudgetExceeded]);
    assert_eq!(codes(&json(&"[".repeat(100_000))), [Code::BudgetExceeded]);
    assert_eq!(codes(&json(&"[".repeat(100))), [Code::MalformedDocument]);
}

/// Whether every span lies inside the text, and inside of its parent's unless an alias brought it in.
fn spans_fit(node: &doc::Node, text: &str) -> bool {
    text.get(node.span.start as usize..node.span.end as usize)
        .is_some()
        && node.items().iter().all(|item| spans_fit(item, text))
        && node
            .entries()
            .iter()
            .all(|entry| spans_fit(&entry.value, text))
}

proptest::proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in "\\PC*") {
        for document in [yaml(&text), json(&text)] {
            assert!(document.roots.iter().all(|root| spans_fit(root, &text)));
        }
    }

    #[test]
    fn arbitrary_structure_never_panics(text in "[-\\[\\]{}:,&*!|>#'\"\\\\ab0u ?<%\n\t\r~ü]{0,80}") {
        for document in [yaml(&text), json(&text)] {
            assert!(document.roots.iter().all(|root| spans_fit(root, &text)));
        }
    }
}
