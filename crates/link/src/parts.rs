//! What a call writes into channels: for each message, item or object the resource that it goes to and the values of its
//! parts, and the labels that a reader of one field of a part gets.

use base::Name;
use flow::{CallFact, Label, Object, Shape, Value};
use knowledge::{EventPath, Operation, Step};

use crate::names::known_text;
use crate::update::attributes;

/// How deep values are searched for outside data.
const DEEPEST: u32 = 8;
/// The parameter whose values an expression puts into attributes.
const VALUES: &str = "ExpressionAttributeValues";
/// DynamoDB's words for the types of attribute values.
const TYPES: [&str; 10] = ["S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"];

/// One message, item, record or object that a call writes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Written {
    /// The value that names the resource.
    pub(crate) resource: Option<Value>,
    /// The values of its parts by the part's name.
    pub(crate) parts: Vec<(Name, Value)>,
    /// All that is said about it: the entry of a batch, else the call's parameters.
    pub(crate) entry: Vec<(Name, Value)>,
}

impl Written {
    /// Puts in what the environment of the function that writes says.
    pub(crate) fn deploy(&mut self, function: &app::Function) {
        let parts = self.parts.iter_mut().map(|(_, value)| value);
        for value in parts.chain(self.entry.iter_mut().map(|(_, value)| value)) {
            if let Shape::Text(atoms) = &value.shape
                && let Some(text) = known_text(atoms, function)
            {
                value.shape = Value::text(text).shape;
            }
        }
    }
}

/// Everything that a call writes.
pub(crate) fn written_by(operation: &Operation, call: &CallFact) -> Vec<Written> {
    let parameter = operation
        .resource
        .as_ref()
        .and_then(|resource| resource.parameter.parse::<EventPath>().ok());
    let resource_path = parameter.map(|path| path.0).unwrap_or_default();
    let passed = |name: &Name| {
        let found = call.parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value)
    };
    let batch = operation
        .writes
        .iter()
        .find_map(|part| match part.at.as_slice() {
            [Step::Field(head), Step::Element, ..] => Some(head),
            _ => None,
        });
    let own_resource = || walk_parameters(call, &resource_path);
    if let Some(head) = batch {
        return passed(head)
            .map(items)
            .unwrap_or_default()
            .into_iter()
            .map(|item| {
                let below = |path: &[Step]| match path {
                    [Step::Field(first), Step::Element, rest @ ..] if first == head => {
                        walk(&item, rest).into_iter().next()
                    }
                    _ => None,
                };
                let parts = operation.writes.iter();
                let parts = parts.filter_map(|part| Some((part.part.clone(), below(&part.at)?)));
                Written {
                    resource: below(&resource_path).or_else(own_resource),
                    parts: parts.collect(),
                    entry: fields_of(&item),
                }
            })
            .collect();
    }
    if let ([Step::Field(head)], Some(part)) = (resource_path.as_slice(), operation.writes.first())
        && part.at.as_slice() == resource_path.as_slice()
    {
        // A batch or transaction names a table for each item.
        let mut found = Vec::new();
        if let Some(value) = passed(head) {
            items_with_tables(value, None, &part.part, 0, &mut found);
        }
        return found;
    }
    let parts = operation.writes.iter().filter_map(|part| {
        let value = match part.at.as_slice() {
            [Step::Field(name)] if name == VALUES => attributes(&call.parameters),
            at => walk_parameters(call, at),
        };
        Some((part.part.clone(), value?))
    });
    vec![Written {
        resource: own_resource(),
        parts: parts.collect(),
        entry: call.parameters.clone(),
    }]
}

/// The value at a path that starts with a parameter's name.
pub(crate) fn walk_parameters(call: &CallFact, path: &[Step]) -> Option<Value> {
    values_at(call, path)
        .into_iter()
        .reduce(|one, other| one.join(&other))
}

/// The same with each element of a list for itself.
pub(crate) fn values_at(call: &CallFact, path: &[Step]) -> Vec<Value> {
    let Some((Step::Field(head), rest)) = path.split_first() else {
        return Vec::new();
    };
    let value = call.parameters.iter().find(|(name, _)| name == head);
    value.map_or_else(Vec::new, |(_, value)| walk(value, rest))
}

/// `{table: [{PutRequest: {Item}}]}` and `[{Put: {TableName, Item}}]`, whatever stands around them.
fn items_with_tables(
    value: &Value,
    table: Option<&Value>,
    part: &Name,
    depth: u32,
    found: &mut Vec<Written>,
) {
    if DEEPEST < depth {
        return;
    }
    for shape in value.shape.alternatives() {
        match shape {
            Shape::Object(object) => {
                let named = field(object, "TableName").or(table);
                let item = field(object, "Item").cloned();
                let item = item.or_else(|| attributes(&object.fields));
                if let (Some(table), Some(item)) = (named, item) {
                    found.push(Written {
                        resource: Some(table.clone()),
                        parts: vec![(part.clone(), item.with_taint(&value.taint))],
                        entry: object.fields.clone(),
                    });
                    continue;
                }
                for (name, inner) in &object.fields {
                    let is_table = matches!(inner.shape, Shape::List(_));
                    let key = Value::text(name.clone());
                    let table = if is_table { Some(&key) } else { named };
                    items_with_tables(inner, table, part, depth + 1, found);
                }
            }
            Shape::List(list) => {
                for item in list.items.iter().chain(&list.rest) {
                    items_with_tables(item, table, part, depth + 1, found);
                }
            }
            _ => {}
        }
    }
}

/// The values that name the tables of a batch or a transaction, `{table: […]}` and `[{Put: {TableName}}]`; nothing where not
/// all of them are seen.
pub(crate) fn tables_named(value: &Value) -> Option<Vec<Value>> {
    let mut tables = Vec::new();
    collect_tables(value, 0, &mut tables)?;
    Some(tables)
}

fn collect_tables(value: &Value, depth: u32, tables: &mut Vec<Value>) -> Option<()> {
    if DEEPEST < depth {
        return None;
    }
    for shape in value.shape.alternatives() {
        match shape {
            Shape::List(list) => {
                for item in list.items.iter().chain(&list.rest) {
                    collect_tables(item, depth + 1, tables)?;
                }
            }
            Shape::Object(object) => match (field(object, "TableName"), &object.rest) {
                (Some(table), _) => tables.push(table.clone()),
                (None, Some(_)) if object.rest_names.is_none() => return None,
                (None, _) => {
                    tables.extend(object.rest_names.clone());
                    for (name, inner) in &object.fields {
                        let is_operation = matches!(&inner.shape, Shape::Object(operation)
                            if field(operation, "TableName").is_some());
                        if is_operation {
                            collect_tables(inner, depth + 1, tables)?;
                        } else {
                            tables.push(Value::text(name.clone()));
                        }
                    }
                }
            },
            _ => return None,
        }
    }
    Some(())
}

fn field<'o>(object: &'o Object, name: &str) -> Option<&'o Value> {
    let found = object.fields.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value)
}

fn fields_of(value: &Value) -> Vec<(Name, Value)> {
    match &value.shape {
        Shape::Object(object) => object.fields.clone(),
        _ => Vec::new(),
    }
}

/// Each element of a list; something else is its own and only element.
fn items(value: &Value) -> Vec<Value> {
    match &value.shape {
        Shape::List(list) => {
            let items = list.items.iter().chain(&list.rest);
            items
                .map(|item| item.clone().with_taint(&value.taint))
                .collect()
        }
        _ => vec![value.clone()],
    }
}

/// The values at a path into a value.
pub(crate) fn walk(value: &Value, path: &[Step]) -> Vec<Value> {
    let mut values = vec![value.clone()];
    for step in path {
        values = values
            .iter()
            .flat_map(|value| inside(value, step))
            .collect();
    }
    values
}

/// The values one step inside a value; nothing where it has no such field for certain.
fn inside(value: &Value, step: &Step) -> Vec<Value> {
    let mut found = Vec::new();
    for shape in value.shape.alternatives() {
        match (shape, step) {
            (Shape::Object(object), Step::Field(name)) => match (field(object, name), &object.rest)
            {
                (Some(inner), _) | (None, Some(inner)) => found.push(inner.clone()),
                (None, None) if value.taint.is_clean() => {}
                (None, None) => found.push(Value::unknown()),
            },
            (Shape::Object(object), _) => {
                let fields = object.fields.iter().map(|(_, inner)| inner);
                found.extend(fields.chain(&object.rest).cloned());
            }
            (Shape::List(list), _) => found.extend(list.items.iter().chain(&list.rest).cloned()),
            (Shape::Constant(_), _) => {}
            _ => found.push(Value::of(shape.clone())),
        }
    }
    found
        .into_iter()
        .map(|inner| inner.with_taint(&value.taint))
        .collect()
}

/// Outside data in a value as a reader of the field at `path` sees it: each label, with the steps that lead further into what
/// the label stands for.
pub(crate) fn labels_at(value: &Value, path: &[Step]) -> Vec<(Label, Vec<Step>)> {
    let mut labels = Vec::new();
    collect(value, path, 0, &mut labels);
    labels
}

fn collect(value: &Value, path: &[Step], depth: u32, labels: &mut Vec<(Label, Vec<Step>)>) {
    if DEEPEST < depth {
        return;
    }
    for shape in value.shape.alternatives() {
        // The labels of an event stand for all of it, and the way into it goes on.
        let rest = match shape {
            Shape::Event(_) => path,
            _ => &[],
        };
        let own = value.taint.labels().iter();
        labels.extend(own.map(|label| (*label, rest.to_vec())));
        match (shape, path) {
            (Shape::Object(object), [Step::Field(name), below @ ..]) => {
                match (field(object, name), &object.rest, typed(object)) {
                    (Some(inner), ..) => collect(inner, below, depth + 1, labels),
                    (None, _, Some(inner)) => collect(inner, path, depth + 1, labels),
                    (None, Some(inner), None) => collect(inner, below, depth + 1, labels),
                    (None, None, None) => {}
                }
            }
            (Shape::Object(object), []) => {
                for (_, inner) in &object.fields {
                    collect(inner, path, depth + 1, labels);
                }
                if let Some(inner) = &object.rest {
                    collect(inner, path, depth + 1, labels);
                }
            }
            (Shape::Object(object), [_, below @ ..]) => {
                for inner in object
                    .fields
                    .iter()
                    .map(|(_, inner)| inner)
                    .chain(&object.rest)
                {
                    collect(inner, below, depth + 1, labels);
                }
            }
            (Shape::List(list), _) => {
                let below = match path {
                    [Step::Element | Step::AnyField, below @ ..] => below,
                    _ => path,
                };
                for inner in list.items.iter().chain(&list.rest) {
                    collect(inner, below, depth + 1, labels);
                }
            }
            _ => {}
        }
    }
}

/// The value inside `{"S": value}`.
fn typed(object: &Object) -> Option<&Value> {
    match object.fields.as_slice() {
        [(name, inner)] if TYPES.contains(&name.as_str()) => Some(inner),
        _ => None,
    }
}

/// A path into a DynamoDB item without the types of its values: `name.S` is `name`.
pub(crate) fn without_types(path: &[Step]) -> Vec<Step> {
    let mut plain: Vec<Step> = Vec::new();
    let mut may_be_type = false;
    for step in path {
        match step {
            Step::Field(name) if may_be_type && TYPES.contains(&name.as_str()) => {
                may_be_type = false;
            }
            _ => {
                may_be_type = true;
                plain.push(step.clone());
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use flow::Value;

    use super::tables_named;

    fn object(fields: &[(&str, Value)]) -> Value {
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).into(), value.clone()));
        Value::object(fields.collect())
    }

    #[test]
    fn batches_and_transactions_name_their_tables() {
        let (orders, stock) = (Value::text("orders"), Value::text("stock"));
        let requests = Value::list(Vec::new(), Some(Value::unknown()));
        let batch = object(&[("orders", requests.clone()), ("stock", requests)]);
        assert_eq!(
            tables_named(&batch),
            Some(vec![orders.clone(), stock.clone()])
        );

        let put = object(&[("Put", object(&[("TableName", orders.clone())]))]);
        let delete = object(&[("Delete", object(&[("TableName", stock.clone())]))]);
        let transaction = Value::list(vec![put.clone(), delete], None);
        assert_eq!(tables_named(&transaction), Some(vec![orders, stock]));

        let open = Value::list(vec![put], Some(Value::unknown()));
        assert_eq!(tables_named(&open), None);
    }
}
