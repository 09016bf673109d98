//! Update expressions of DynamoDB: which attribute each value goes into.

use base::Name;
use flow::{Object, Shape, Value};

/// The attributes that an update sets, with their values; nothing where it has no expression.
///
/// `SET #n = :n, total = total + :t ADD tags :g` with `{"#n": "name"}` sets `name`, `total` and `tags`. A value of an
/// expression that is not known may go into any attribute.
pub(crate) fn attributes(parameters: &[(Name, Value)]) -> Option<Value> {
    let parameter = |name: &str| {
        let found = parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value)
    };
    let values = parameter("ExpressionAttributeValues")?;
    let expression = parameter("UpdateExpression").and_then(Value::as_text);
    let (Some(expression), Shape::Object(bound)) = (expression, &values.shape) else {
        return Some(anywhere(values));
    };
    let names = parameter("ExpressionAttributeNames");
    let mut fields: Vec<(Name, Value)> = Vec::new();
    for (path, operands) in assignments(expression) {
        let Some(attribute) = attribute(path, names) else {
            return Some(anywhere(values));
        };
        for placeholder in placeholders(operands) {
            let known = bound.fields.iter().find(|(name, _)| name == placeholder);
            let value = known.map(|(_, value)| value).or(bound.rest.as_ref());
            let Some(value) = value else { continue };
            let value = value.clone().with_taint(&values.taint);
            match fields.iter_mut().find(|(name, _)| *name == attribute) {
                Some((_, known)) => *known = known.join(&value),
                None => fields.push((attribute.clone(), value)),
            }
        }
    }
    Some(Value::object(fields))
}

/// An item of which any attribute may have any of the values.
fn anywhere(values: &Value) -> Value {
    let any = match &values.shape {
        Shape::Object(bound) => {
            let bound = bound
                .fields
                .iter()
                .map(|(_, value)| value)
                .chain(&bound.rest);
            let any = bound.cloned().reduce(|one, other| one.join(&other));
            any.unwrap_or_default().with_taint(&values.taint)
        }
        _ => values.clone(),
    };
    Value::of(Shape::Object(std::sync::Arc::new(Object {
        fields: Vec::new(),
        rest: Some(any),
        ..Object::default()
    })))
}

/// The paths that the expression changes, each with what it is changed by.
fn assignments(expression: &str) -> Vec<(&str, &str)> {
    let mut clauses: Vec<&str> = Vec::new();
    let mut starts = 0;
    let mut depth = 0_usize;
    for (at, letter) in expression.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                clauses.extend(expression.get(starts..at));
                starts = at + 1;
            }
            _ => {}
        }
    }
    clauses.extend(expression.get(starts..));
    clauses
        .into_iter()
        .flat_map(split_at_keywords)
        .filter_map(assignment)
        .collect()
}

/// `SET a = :a ADD b :b` as two clauses.
fn split_at_keywords(clause: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = clause;
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(next_keyword) {
        let (before, keyword) = rest.split_at_checked(from + at).unwrap_or((rest, ""));
        parts.push(before);
        rest = keyword;
        from = 1;
    }
    parts.push(rest);
    parts
}

/// Where the next word that starts a clause is.
fn next_keyword(text: &str) -> Option<usize> {
    let mut at = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        if is_keyword(word.trim()) {
            return Some(at);
        }
        at += word.len();
    }
    None
}

fn is_keyword(word: &str) -> bool {
    ["SET", "ADD", "DELETE", "REMOVE"]
        .iter()
        .any(|keyword| word.eq_ignore_ascii_case(keyword))
}

/// `SET a = :a` and `ADD a :a` as path and operands.
fn assignment(clause: &str) -> Option<(&str, &str)> {
    let clause = clause.trim();
    let clause = match clause.split_once(char::is_whitespace) {
        Some((word, rest)) if is_keyword(word) => rest.trim(),
        _ => clause,
    };
    clause
        .split_once('=')
        .or_else(|| clause.split_once(char::is_whitespace))
        .map(|(path, operands)| (path.trim(), operands))
}

/// The attribute that a path starts with: `#n.first[0]`.
fn attribute(path: &str, names: Option<&Value>) -> Option<Name> {
    let head = path.split(['.', '[']).next()?.trim();
    if !head.starts_with('#') {
        return Some(head.into());
    }
    let Shape::Object(names) = &names?.shape else {
        return None;
    };
    let named = names.fields.iter().find(|(name, _)| name == head);
    named.and_then(|(_, name)| name.as_text().cloned())
}

/// `:a` and `:b` of `if_not_exists(a, :a) + :b`.
fn placeholders(operands: &str) -> impl Iterator<Item = &str> {
    operands.match_indices(':').filter_map(|(at, _)| {
        let rest = operands.get(at..)?;
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, letter)| !letter.is_alphanumeric() && *letter != '_')
            .map_or(rest.len(), |(end, _)| end);
        rest.get(..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(expression: &str) -> String {
        let text = |name: &str| Value::text(Name::from(name));
        let values = [":a", ":b", ":c"].map(|name| (Name::from(name), text(name)));
        let names = [(Name::from("#n"), text("name"))];
        let item = attributes(&[
            ("UpdateExpression".into(), text(expression)),
            (
                "ExpressionAttributeValues".into(),
                Value::object(values.to_vec()),
            ),
            (
                "ExpressionAttributeNames".into(),
                Value::object(names.to_vec()),
            ),
        ]);
        let Shape::Object(item) = item.unwrap().shape else {
            return "?".to_owned();
        };
        let shown = item.fields.iter().map(|(name, value)| {
            let values = value.shape.alternatives().iter();
            let values: Vec<String> = values
                .filter_map(|shape| Value::of(shape.clone()).as_text().map(Name::to_string))
                .collect();
            format!("{name}={}", values.join("|"))
        });
        let mut shown: Vec<String> = shown.collect();
        shown.extend(item.rest.iter().map(|_| "*".to_owned()));
        shown.join(" ")
    }

    #[test]
    fn each_value_goes_into_the_attribute_that_the_expression_says() {
        let table = [
            ("SET name = :a", "name=:a"),
            ("set #n=:a, total = total + :b", "name=:a total=:b"),
            ("SET a = if_not_exists(a, :a), b.c[0] = :b", "a=:a b=:b"),
            ("SET a = :a ADD b :b, c :c", "a=:a b=:b c=:c"),
            ("REMOVE a SET b = :b\nDELETE c :c", "b=:b c=:c"),
            ("SET a = list_append(:a, :b)", "a=:a|:b"),
            ("SET #unknown = :a", "*"),
            ("", ""),
        ];
        for (expression, expected) in table {
            assert_eq!(set(expression), expected, "{expression}");
        }
    }
}
