//! The algebra against an evaluator that is slow and obvious: it matches by recursion, part by part, and tries every value
//! that an unknown part may have.

use iam::{Answer, Effect, Pattern, Piece, Policy, Scope, Statement, Subject, action_matches};
use proptest::prelude::*;

/// `*` and `?` by recursion.
fn glob(pattern: &[char], text: &[char]) -> bool {
    let after = |is_expected: fn(char, char) -> bool, expected: char, rest: &[char]| {
        text.split_first()
            .is_some_and(|(first, text)| is_expected(expected, *first) && glob(rest, text))
    };
    match pattern {
        [] => text.is_empty(),
        ['*', rest @ ..] => glob(rest, text) || after(|_, _| true, '*', pattern),
        ['?', rest @ ..] => after(|_, _| true, '?', rest),
        [c, rest @ ..] => after(|expected, first| expected == first, *c, rest),
    }
}

fn glob_text(pattern: &str, text: &str) -> bool {
    let chars = |text: &str| text.chars().collect::<Vec<_>>();
    glob(&chars(pattern), &chars(text))
}

/// ARNs part by part.
fn glob_arn(pattern: &str, arn: &str) -> bool {
    if !pattern.starts_with("arn:") {
        return glob_text(pattern, arn);
    }
    let mut parts: Vec<&str> = pattern.splitn(6, ':').collect();
    parts.resize(6, "*");
    let texts: Vec<&str> = arn.splitn(6, ':').collect();
    let is_colon_free = |index: usize, text: &str| index == 5 || !text.contains(':');
    texts.len() == 6
        && parts
            .iter()
            .zip(&texts)
            .enumerate()
            .all(|(index, (pattern, text))| is_colon_free(index, text) && glob_text(pattern, text))
}

fn literal(text: &str) -> Piece {
    Piece::Literal(text.into())
}

fn action(text: &str) -> Pattern {
    Pattern::action(&[literal(text)])
}

fn resource(text: &str) -> Pattern {
    Pattern::resource(&[literal(text)])
}

fn arn(text: &str) -> Subject {
    Subject::resource(&[literal(text)])
}

/// Short texts over few letters, so that matches are common.
fn arn_pattern() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ab*?:]{0,6}",
        proptest::collection::vec("[ab*]{0,2}", 1..5)
            .prop_map(|parts| format!("arn:{}", parts.join(":"))),
        "[ab*?:/]{0,4}".prop_map(|last| format!("arn:a:b::a:{last}")),
    ]
}

fn arn_text() -> impl Strategy<Value = String> {
    "[ab]{1,2}:[ab]{0,2}:[ab]{0,2}:[ab:/]{0,4}".prop_map(|rest| format!("arn:a:{rest}"))
}

fn pieces(letters: &'static str) -> impl Strategy<Value = Vec<Piece>> {
    let piece = prop_oneof![
        3 => letters.prop_map(|text| literal(&text)),
        1 => Just(Piece::Named("n".into())),
        1 => Just(Piece::Anything),
    ];
    proptest::collection::vec(piece, 0..4)
}

/// The text when the unknown parts have these values; `Anything` takes the next of its list at each place.
fn instance(
    pieces: &[Piece],
    named: &str,
    anything: &mut impl Iterator<Item = &'static str>,
) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Literal(text) => text.to_string(),
            Piece::Named(_) => named.to_owned(),
            Piece::Anything => anything.next().unwrap_or_default().to_owned(),
        })
        .collect()
}

proptest! {
    #[test]
    fn known_resources_match_as_the_slow_evaluator_says(pattern in arn_pattern(), text in arn_text()) {
        let expected = if glob_arn(&pattern, &text) { Answer::Yes } else { Answer::No };
        prop_assert_eq!(resource(&pattern).matches(&arn(&text)), expected);
    }

    #[test]
    fn case_does_not_matter_in_actions(pattern in "[aAbB*?]{0,5}", name in "[aAbB]{0,5}") {
        let expected = if glob_text(&pattern.to_lowercase(), &name.to_lowercase()) { Answer::Yes } else { Answer::No };
        prop_assert_eq!(action(&pattern).matches(&Subject::action(&name)), expected);
    }

    #[test]
    fn an_answer_holds_for_every_value_of_the_unknown_parts(
        pattern in pieces("[ab*?]{0,2}"),
        text in pieces("[ab]{0,2}"),
    ) {
        const VALUES: [&str; 7] = ["", "a", "b", "ab", "ba", "a:b", "bb"];
        let answer = Pattern::resource(&pattern).matches(&Subject::resource(&text));
        for named in VALUES.into_iter().filter(|value| !value.contains(':')) {
            for first in VALUES {
                for second in VALUES {
                    let mut anything = [first, second, first].into_iter().cycle();
                    let pattern = instance(&pattern, named, &mut anything);
                    let text = instance(&text, named, &mut anything);
                    match answer {
                        Answer::Yes => prop_assert!(glob_text(&pattern, &text), "{pattern} {text}"),
                        Answer::No => prop_assert!(!glob_text(&pattern, &text), "{pattern} {text}"),
                        Answer::Unknown => {}
                    }
                }
            }
        }
    }
}

#[test]
fn the_same_account_is_the_same_wherever_it_stands() {
    let table = |account: Piece| {
        [
            literal("arn:aws:dynamodb:eu-west-1:"),
            account,
            literal(":table/orders"),
        ]
    };
    let named = || Piece::Named("AWS::AccountId".into());
    let pattern = Pattern::resource(&table(named()));
    assert_eq!(
        pattern.matches(&Subject::resource(&table(named()))),
        Answer::Yes
    );
    assert_eq!(
        pattern.matches(&arn("arn:aws:dynamodb:eu-west-1:1:table/orders")),
        Answer::Unknown
    );
    assert_eq!(
        pattern.matches(&arn("arn:aws:dynamodb:eu-west-1:1:table/users")),
        Answer::No
    );
    assert_eq!(resource("*").matches(&Subject::anything()), Answer::Yes);
    assert_eq!(
        resource("arn:aws:s3:::a").matches(&Subject::anything()),
        Answer::Unknown
    );
}

#[test]
fn a_policy_variable_is_unknown_and_an_escaped_star_is_a_star() {
    let home = resource("arn:aws:s3:::home/${aws:username}/*");
    assert_eq!(
        home.matches(&arn("arn:aws:s3:::home/ann/x")),
        Answer::Unknown
    );
    assert_eq!(home.matches(&arn("arn:aws:s3:::other/ann/x")), Answer::No);
    let star = resource("arn:aws:s3:::home/${*}");
    assert_eq!(star.matches(&arn("arn:aws:s3:::home/x")), Answer::No);
    assert_eq!(star.matches(&arn("arn:aws:s3:::home/*")), Answer::Yes);
}

fn statement(effect: Effect, actions: Scope, resources: Scope) -> Statement {
    Statement {
        effect,
        actions,
        resources,
        conditions: Vec::new(),
    }
}

fn only(pattern: Pattern) -> Scope {
    Scope::Only(vec![pattern])
}

#[test]
fn a_deny_wins_and_an_exception_is_everything_else() {
    let put = Subject::action("dynamodb:PutItem");
    let orders = arn("arn:aws:dynamodb:r:1:table/orders");
    let allow = statement(
        Effect::Allow,
        only(action("dynamodb:*")),
        only(resource("*")),
    );
    let deny = statement(
        Effect::Deny,
        only(action("*:put*")),
        only(resource("*orders")),
    );
    let mut policy = Policy {
        statements: vec![allow],
        is_open: false,
    };
    assert_eq!(policy.allows(&put, &orders), Answer::Yes);
    policy.statements.push(deny);
    assert_eq!(policy.allows(&put, &orders), Answer::No);
    assert_eq!(
        policy.allows(&put, &arn("arn:aws:dynamodb:r:1:table/users")),
        Answer::Yes
    );

    let except = statement(
        Effect::Allow,
        Scope::Except(vec![action("iam:*")]),
        only(resource("*")),
    );
    let policy = Policy {
        statements: vec![except],
        is_open: false,
    };
    assert_eq!(policy.allows(&put, &orders), Answer::Yes);
    assert_eq!(
        policy.allows(&Subject::action("iam:CreateUser"), &orders),
        Answer::No
    );
}

#[test]
fn a_conditional_allow_is_unknown_and_so_is_an_open_policy() {
    let put = Subject::action("dynamodb:PutItem");
    let orders = arn("arn:aws:dynamodb:r:1:table/orders");
    let mut conditional = statement(
        Effect::Allow,
        only(action("dynamodb:PutItem")),
        only(resource("*")),
    );
    conditional.conditions.push(iam::Condition {
        operator: "StringEquals".into(),
        key: "aws:SourceVpc".into(),
        values: vec![Some("vpc-1".into())],
    });
    let policy = Policy {
        statements: vec![conditional],
        is_open: false,
    };
    assert_eq!(policy.allows(&put, &orders), Answer::Unknown);
    assert_eq!(
        policy.allows(&Subject::action("dynamodb:GetItem"), &orders),
        Answer::No
    );
    let open = Policy {
        statements: Vec::new(),
        is_open: true,
    };
    assert_eq!(open.allows(&put, &orders), Answer::Unknown);
    assert_eq!(Policy::default().allows(&put, &orders), Answer::No);
}

#[test]
fn some_resource_is_allowed_where_none_denies_all_of_them() {
    let pass = Subject::action("iam:PassRole");
    let any_role = resource("arn:*:iam::*:role/fresh");
    let allow = |on: &str| statement(Effect::Allow, only(action("iam:Pass*")), only(resource(on)));
    let asks = |statements: Vec<Statement>, request: &[(&str, &str)]| {
        let policy = Policy {
            statements,
            is_open: false,
        };
        policy.allows_some(&pass, &any_role, request)
    };
    assert_eq!(asks(vec![allow("*")], &[]), Answer::Yes);
    assert_eq!(asks(vec![allow("arn:aws:iam::1:role/*")], &[]), Answer::Yes);
    assert_eq!(
        asks(vec![allow("arn:aws:iam::1:role/app-*")], &[]),
        Answer::No
    );
    let deny = |on: &str| statement(Effect::Deny, only(action("iam:*")), only(resource(on)));
    assert_eq!(asks(vec![allow("*"), deny("*")], &[]), Answer::No);
    assert_eq!(
        asks(vec![allow("*"), deny("arn:aws:iam::1:role/*")], &[]),
        Answer::Yes
    );
    let mut conditional = allow("*");
    conditional.conditions.push(iam::Condition {
        operator: "StringEquals".into(),
        key: "iam:PassedToService".into(),
        values: vec![Some("lambda.amazonaws.com".into())],
    });
    let to = |service| [("iam:PassedToService", service)];
    let asked = |service| asks(vec![conditional.clone()], &to(service));
    assert_eq!(asked("lambda.amazonaws.com"), Answer::Yes);
    assert_eq!(asked("ec2.amazonaws.com"), Answer::No);
    assert_eq!(asks(vec![conditional.clone()], &[]), Answer::Unknown);
}

proptest! {
    #[test]
    fn a_pattern_of_actions_matches_as_its_automaton_does(
        pattern in "[a-cA-C:*?é$]{0,6}",
        action in "[a-cA-C:é]{0,6}",
    ) {
        let slow = Pattern::action(&[Piece::Literal(pattern.as_str().into())]);
        let expected = slow.matches(&Subject::action(&action)) == Answer::Yes;
        prop_assert_eq!(action_matches(&pattern, &action), expected);
    }
}
