//! The outside data in a value, however deep it lies.

use flow::Label;

/// The outside data in a value, wherever it is in it.
pub(crate) fn labels_in(value: &flow::Value) -> Vec<Label> {
    let mut labels = value.taint.labels().to_vec();
    add_labels(&value.shape, 0, &mut labels);
    labels
}

/// The outside data inside of a shape.
pub(crate) fn labels_in_shape(shape: &flow::Shape) -> Vec<Label> {
    let mut labels = Vec::new();
    add_labels(shape, 0, &mut labels);
    labels
}

fn add_labels(shape: &flow::Shape, depth: u32, labels: &mut Vec<Label>) {
    const DEEPEST: u32 = 8;
    if DEEPEST < depth {
        return;
    }
    let mut add = |inner: &flow::Value| {
        labels.extend_from_slice(inner.taint.labels());
        add_labels(&inner.shape, depth + 1, labels);
    };
    match shape {
        flow::Shape::Object(object) => {
            let fields = object.fields.iter().map(|(_, inner)| inner);
            fields.chain(&object.rest).for_each(&mut add);
        }
        flow::Shape::List(list) => list.items.iter().chain(&list.rest).for_each(&mut add),
        _ => {}
    }
}
