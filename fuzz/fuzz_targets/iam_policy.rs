//! A policy document of a role, as JSON text, and what the algebra says of its patterns: the operations agree with each other.

#![no_main]

use base::{Budget, MemorySystem, RelPath};
use iam::{Answer, Pattern, Piece, Scope, Subject};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let document = serde_json::Value::String(text.to_owned());
    let template = format!(
        r#"{{"Resources": {{"Role": {{"Type": "AWS::IAM::Role", "Properties": {{"AssumeRolePolicyDocument": {document}, "Policies": [{{"PolicyDocument": {document}}}]}}}}}}}}"#
    );
    let files = [(RelPath::new("template.json").unwrap(), template)];
    let _ = iac::read(&MemorySystem::new(files), &Budget::default());

    let mut lines = text.lines().filter(|line| line.len() < 200);
    let pieces = |line: &str| [Piece::Literal(line.into())];
    let (Some(one), Some(other)) = (lines.next(), lines.next()) else {
        return;
    };
    let subject = Subject::resource(&pieces(one));
    let (one, other) = (
        Pattern::resource(&pieces(one)),
        Pattern::resource(&pieces(other)),
    );
    let contains = one.contains(&other);
    let sets = [&one, &other].map(|pattern| Scope::Only(vec![pattern.clone()]));
    let [first, second] = &sets;
    assert_eq!(first.minus(second).is_empty(), second.contains(first));
    if contains == Answer::Yes && other.matches(&subject) == Answer::Yes {
        assert_eq!(one.matches(&subject), Answer::Yes);
    }
    if one.intersects(&other) == Answer::No {
        let both = one.matches(&subject).and(other.matches(&subject));
        assert_eq!(both, Answer::No);
    }
});
