//! The statements that allow what functions need, in the words of their template.

use base::Name;
use finding::words;
use link::Model;
use privilege::{Need, Scope, Spelled, UsedRole};

use crate::grant::Part;
use crate::resource;
use crate::statement;
use crate::write::Out;

/// What is to be allowed.
pub(crate) struct Needed {
    parts: Vec<Part>,
    /// Why a person should look at it, as a clause.
    pub(crate) review: Option<String>,
}

/// The fewest statements that allow these needs and nothing else.
///
/// # Errors
/// When the template cannot name a resource; the reason is a clause.
pub(crate) fn needed(
    model: &Model<'_>,
    used: &UsedRole<'_>,
    needs: &[&Need],
) -> Result<Needed, String> {
    let mut review = None;
    for need in needs {
        if let Scope::Pattern(why) = &need.scope {
            review.get_or_insert_with(|| {
                format!(
                    "the resource of `{}` is known as a pattern only: {why}",
                    need.action
                )
            });
        }
    }
    let mut resources = needs.iter().map(|need| &need.resource);
    let review = review.or_else(|| {
        resources.find_map(|resource| resource::depends_on_stage(model, used, resource))
    });
    let statements = privilege::statements(model, needs.iter().copied());
    let parts = statements.into_iter().map(|statement| {
        let resources = statement.resources.iter();
        let spelled = resources.map(|text| resource::spelled(model, used, text));
        let mut resources: Vec<Spelled> = spelled.collect::<Result<_, _>>()?;
        resources.sort();
        resources.dedup();
        Ok((statement.actions, Some(resources)))
    });
    let parts = parts.collect::<Result<_, String>>()?;
    Ok(Needed { parts, review })
}

impl Needed {
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub(crate) fn statements(&self) -> Vec<Out> {
        let parts = self.parts.iter();
        parts
            .map(|(actions, resources)| statement::allowing(actions, resources.as_deref()))
            .collect()
    }

    /// The statements as a policy of a role, which has a name.
    pub(crate) fn policy(&self) -> Out {
        let document = vec![
            ("Version".to_owned(), Out::text("2012-10-17")),
            ("Statement".to_owned(), Out::List(self.statements())),
        ];
        Out::Map(vec![
            ("PolicyName".to_owned(), Out::text("needed")),
            ("PolicyDocument".to_owned(), Out::Map(document)),
        ])
    }

    pub(crate) fn shown(&self) -> String {
        shown(&self.parts)
    }
}

/// "`dynamodb:PutItem` on `${Orders.Arn}`; `sns:Publish` on `${News}`".
pub(crate) fn shown(parts: &[Part]) -> String {
    let parts = parts.iter().filter(|(actions, _)| !actions.is_empty());
    let parts: Vec<String> = parts
        .map(|(actions, resources)| {
            let actions: Vec<String> = actions.iter().map(quoted).collect();
            let on = resources.as_ref().map(|resources| {
                let resources: Vec<String> = resources.iter().map(Spelled::shown).collect();
                format!(" on {}", words::whole(&resources))
            });
            format!("{}{}", actions.join(", "), on.unwrap_or_default())
        })
        .collect();
    parts.join("; ")
}

fn quoted(name: &Name) -> String {
    format!("`{name}`")
}
