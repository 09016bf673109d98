//! Input that was written to break the parser, and input that is just broken.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use base::{Budget, Code, Diagnostics, FileId, RelPath, Span};
use proptest::prelude::*;

fn lower(source: &str) -> front_python::Lowered {
    let path = RelPath::new("app.py").unwrap();
    front_python::lower(FileId(0), &path, source, &Budget::default())
}

fn codes(diagnostics: &Diagnostics) -> Vec<Code> {
    diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect()
}

#[test]
fn nesting_beyond_the_budget_is_refused() {
    let many = 100_000;
    let elif_in_else: String = (0..300)
        .map(|depth| format!("{}if x:\n", " ".repeat(depth)))
        .collect();
    let sources = [
        "(".repeat(many),
        "[".repeat(many) + &"]".repeat(many),
        "x = ".to_owned() + &"[".repeat(many) + &"]".repeat(many) + " = 1",
        "f(".repeat(many) + &")".repeat(many),
        "x = ".to_owned() + &"not ".repeat(many) + "y",
        "x = ".to_owned() + &"-".repeat(many) + "y",
        "x = ".to_owned() + &"- ~ + ".repeat(many) + "y",
        "x = ".to_owned() + &"lambda: ".repeat(many) + "y",
        "x = ".to_owned() + &"lambda a, b: ".repeat(many) + "y",
        "x = ".to_owned() + &"y ** ".repeat(many) + "y",
        "x = ".to_owned() + &"y ** -".repeat(many) + "y",
        "x = ".to_owned() + &"a if b else ".repeat(many) + "y",
        "x = ".to_owned() + &"await ".repeat(many) + "y",
        "x = ".to_owned() + &"f'{".repeat(many),
        "x = ".to_owned() + &"f'{f\"{".repeat(many),
        "x = ".to_owned() + "f'" + &"{x:".repeat(many),
        elif_in_else,
    ];
    for source in sources {
        let lowered = lower(&source);
        let start = source.get(..40).unwrap_or_default();
        assert_eq!(
            codes(&lowered.diagnostics),
            [Code::BudgetExceeded],
            "{start}"
        );
        assert!(lowered.module.functions[0].body.is_empty(), "{start}");
    }
}

#[test]
fn brackets_in_texts_and_comments_do_not_nest() {
    let many = 1_000;
    let sources = [
        format!("x = '{}'", "(".repeat(many)),
        format!("x = r'\\' {}'", "(".repeat(many)).replace("' ", "("),
        format!("# {}\nx = 1", "(".repeat(many)),
        format!("x = f'{}{{y}}{}'", "(".repeat(many), "{{[".repeat(many)),
        format!("x = '''\n{}\n'''", "'' (\n".repeat(many)),
        format!("x = rb\"\"\"{}\\\"\"\"\"", "(".repeat(many)),
        "x = [(f'{a:>{b}}(', -1, not c, lambda: d, e ** 2)]\n".repeat(many),
        format!("x = [{}]", "not a, -b, c ** 2, ".repeat(many)),
        format!("x = {}1", "a ** 2 + ".repeat(150)),
        format!("x = {}a", "not a and ".repeat(many)),
    ];
    for source in sources {
        let start = source.get(..40).unwrap_or_default();
        assert_eq!(codes(&lower(&source).diagnostics), [], "{start}");
    }
}

#[test]
fn long_chains_are_lowered_in_a_loop() {
    let links = 50_000;
    let text = lower(&format!("x = a{}", " + a".repeat(links)));
    assert_eq!(codes(&text.diagnostics), []);
    let ir::StmtKind::Assign { value, .. } = &text.module.functions[0].body[0].kind else {
        panic!("not an assignment")
    };
    assert!(matches!(&value.kind, ir::ExprKind::Text(parts) if parts.len() == links + 1));

    for link in [
        " - a",
        ".b().c(a)",
        "[a]",
        " < a",
        " and a",
        ", a",
        " = a",
        " * a + 1",
    ] {
        let lowered = lower(&format!("x = a{}", link.repeat(links)));
        assert!(!lowered.module.functions[0].body.is_empty(), "{link}");
    }
}

#[test]
fn long_elif_chains_become_a_flat_statement() {
    let chain = "elif event == 'x':\n    run(event)\n".repeat(5_000);
    let lowered = lower(&format!("if event:\n    pass\n{chain}else:\n    last()\n"));
    assert_eq!(codes(&lowered.diagnostics), []);
    assert_eq!(ir::dump(&lowered.module).matches("run").count(), 5_000);
}

#[test]
fn many_of_everything_is_linear() {
    let many = 20_000;
    let sources = [
        format!("with {}a: pass", "a as b, ".repeat(many)),
        format!("{}def f(): pass", "@a\n".repeat(many)),
        format!("'{}'.format(f({}))", "{0}".repeat(many), "x,".repeat(many)),
        format!("'{}' % f({})", "%s".repeat(many), "x,".repeat(many)),
        format!("'{{x{}}}'.format(x=1)", ".a".repeat(many)),
        format!("class A:\n{}", "    a = f()\n    b = a\n".repeat(many)),
        format!("def f():\n    global {}a\n    a = 1\n", "a, ".repeat(many)),
        format!("from {}x import y", ".".repeat(many)),
        format!("a {} b", "< f() ".repeat(many)),
        format!("{} = 1", "a, ".repeat(many)),
        format!("match a:\n    case {}1: pass\n", "1 | ".repeat(many)),
    ];
    for source in sources {
        lower(&source);
    }
}

#[test]
fn what_stands_around_a_syntax_error_is_lowered() {
    let lowered = lower("import os\ndef f(x:\n    pass\nprint 'hello'\nos.system(cmd)\n");
    assert_eq!(codes(&lowered.diagnostics), [Code::SyntaxError]);
    assert!(ir::dump(&lowered.module).contains("system"));
}

#[test]
fn a_python_2_file_gives_one_diagnostic_at_the_first_error() {
    let source =
        "import os\n\ndef handler(event, context):\n    print event\n    os.system(event['cmd'])\n";
    let lowered = lower(source);
    assert_eq!(codes(&lowered.diagnostics), [Code::SyntaxError]);
    let place = lowered.diagnostics[0].place.unwrap();
    assert_eq!(place.span.of(source), "event");
    insta::assert_snapshot!(ir::dump(&lowered.module));
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let budget = Budget {
        code_bytes: 3,
        ..Budget::default()
    };
    let lowered = front_python::lower(FileId(0), &RelPath::root(), "x = 1", &budget);
    assert_eq!(codes(&lowered.diagnostics), [Code::BudgetExceeded]);
}

#[test]
fn places_are_those_of_the_source() {
    let source =
        "from ..pkg.mod import a as b\nfrom . import c\nimport x.y as z, w\nb(c['k'], f'é{w}')\n";
    let module = lower(source).module;
    let written: Vec<&str> = module
        .imports
        .iter()
        .map(|import| import.span.of(source))
        .collect();
    assert_eq!(written, ["..pkg.mod", ".", "x.y", "w"]);
    let ir::StmtKind::Expr(expr) = &module.functions[0].body.last().unwrap().kind else {
        panic!("not a call")
    };
    let ir::ExprKind::Call(call) = &expr.kind else {
        panic!("not a call")
    };
    assert_eq!(expr.span.of(source), "b(c['k'], f'é{w}')");
    assert_eq!(call.callee.span.of(source), "b");
    assert_eq!(call.arguments[0].value().span.of(source), "c['k']");
    let ir::ExprKind::Text(parts) = &call.arguments[1].value().kind else {
        panic!("not a text")
    };
    let parts: Vec<&str> = parts.iter().map(|part| part.span.of(source)).collect();
    assert_eq!(parts, ["é", "w"]);
    assert_eq!(module.functions[0].span, Span::new(0, source.len() as u32));
}

/// Fragments that together reach most of the grammar, well-formed or not.
const FRAGMENTS: &[&str] = &[
    "def ",
    "class ",
    "if ",
    "elif ",
    "else",
    "for ",
    "while ",
    "with ",
    "try",
    "except ",
    "finally",
    "match ",
    "case ",
    "return ",
    "yield ",
    "from ",
    "import ",
    "global ",
    "nonlocal ",
    "lambda ",
    "async ",
    "await ",
    "not ",
    "and ",
    "or ",
    "in ",
    "is ",
    "del ",
    "raise ",
    "assert ",
    "as ",
    "x",
    "y",
    "self",
    "super()",
    "*",
    "**",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ";",
    ".",
    "=",
    ":=",
    "+=",
    "+",
    "-",
    "%",
    "/",
    "|",
    "@",
    "->",
    "\n",
    "\n    ",
    "\n        ",
    "\t",
    " ",
    "\\\n",
    "'",
    "\"",
    "'''",
    "f'",
    "f\"",
    "f'''",
    "{x",
    "!r",
    ":>",
    "}}",
    "{{",
    "r'",
    "b'",
    "'a %s %(k)s'",
    "'{} {k}'.format(",
    "1",
    "0x1f",
    "1j",
    "...",
    "None",
    "#",
    "print ",
    ">>",
    "type ",
    "_",
    "é",
    "\u{feff}",
    "\0",
    "\r",
    "$",
    "`",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_text_panics(source in "\\PC{0,80}") {
        lower(&source);
    }

    #[test]
    fn no_soup_of_tokens_panics(fragments in prop::collection::vec(prop::sample::select(FRAGMENTS), 0..60)) {
        let source = fragments.concat();
        let lowered = lower(&source);
        prop_assert!(!ir::dump(&lowered.module).is_empty());
    }

    #[test]
    fn no_soup_of_tokens_panics_under_a_small_budget(
        fragments in prop::collection::vec(prop::sample::select(FRAGMENTS), 0..60),
        depth in 0..6_u32,
    ) {
        let budget = Budget { depth, ..Budget::default() };
        let lowered = front_python::lower(FileId(0), &RelPath::root(), &fragments.concat(), &budget);
        prop_assert!(lowered.diagnostics.len() <= 2);
    }
}
