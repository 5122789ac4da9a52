//! The images' configurations, and any other JSON: values by their paths.

use super::compare::{Fields, Found};
use crate::model::document::{Item, Kind};
use crate::model::statement::Said;

/// Most values of one document that are compared.
const MOST: usize = 20_000;
/// What is another in every build.
const NOISE: [&str; 3] = ["created", "history", "rootfs"];

/// Compares the configurations.
pub(super) fn config((a, b): (&Said, &Said), found: &mut Found) {
    let of = |said: &Said| leaves(said.config.as_ref().and_then(|document| document.root()));
    found.section("image config", &of(a), &of(b), |field| {
        NOISE.iter().any(|part| field == *part || field.starts_with(&format!("{part}.")))
    });
}

/// Every value of a document by the keys that lead to it. Lists have no places: their values are compared as sets.
pub(super) fn leaves(item: Option<Item<'_>>) -> Fields {
    let mut fields = Fields::default();
    let mut stack: Vec<(String, Item<'_>)> = item.into_iter().map(|item| (String::new(), item)).collect();
    let mut count = 0;
    while let Some((path, item)) = stack.pop() {
        count += 1;
        if count > MOST {
            break;
        }
        match item.kind() {
            Kind::Map | Kind::List => {
                let mut below: Vec<(String, Item<'_>)> = item
                    .children()
                    .map(|child| {
                        let path = match (child.key(), path.as_str()) {
                            (Some(key), "") => key.to_owned(),
                            (Some(key), path) => format!("{path}.{key}"),
                            (None, path) => path.to_owned(),
                        };
                        (path, child)
                    })
                    .collect();
                below.reverse();
                stack.append(&mut below);
            }
            Kind::Null => {}
            Kind::Bool | Kind::Number | Kind::Text => {
                // `NAME=value` of an environment is two things.
                match item.text().split_once('=').filter(|_| path.ends_with("Env")) {
                    Some((name, value)) => fields.add(format!("{path}.{name}"), value),
                    None => fields.add(path, item.text()),
                }
            }
        }
    }
    fields
}
