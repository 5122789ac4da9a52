//! The images of a resource, and which of them a policy is about.

use super::glob::Glob;
use super::policy::Reference;
use crate::lang::expr::{Host, Stop, Value};
use crate::model::missing::Missing;
use crate::model::node::{Entry, Node, NodeValue};
use crate::model::workload::{ContainerImage, Resource};

/// Where the pod of a kind stands; `None`: Kyverno has no extractors for it.
fn pod_path(resource: &Resource) -> Option<&'static [&'static str]> {
    Some(match (&*resource.id.api_version, &*resource.id.kind) {
        ("v1", "Pod") => &["spec"],
        ("apps/v1", "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet") | ("batch/v1", "Job") => {
            &["spec", "template", "spec"]
        }
        ("batch/v1", "CronJob") => &["spec", "jobTemplate", "spec", "template", "spec"],
        _ => return None,
    })
}

/// The images in their places; a container without one is Kyverno's `no such key: image`.
pub(super) fn extract(resource: &Resource) -> Result<Option<Vec<ContainerImage>>, Stop> {
    let Some(path) = pod_path(resource) else { return Ok(None) };
    let mut found = Vec::new();
    let Some(spec) = resource.manifest.path(path) else {
        return Err(Stop::error("no such key: spec"));
    };
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        for (index, container) in spec.get(list).map(Node::items).unwrap_or_default().iter().enumerate() {
            let image = container.get("image").and_then(Node::text);
            let image = image.ok_or_else(|| Stop::error("no such key: image"))?;
            let name = container.get("name").and_then(Node::text).unwrap_or_default();
            found.push(ContainerImage {
                list: list.to_owned(),
                container: name.to_owned(),
                image: image.to_owned(),
                pointer: format!("/{}/{list}/{index}/image", path.join("/")),
            });
        }
    }
    Ok(Some(found))
}

/// `ref` in `matchImageReferences`.
struct Named<'a>(&'a str);

impl Host for Named<'_> {
    fn variable(&self, name: &str) -> Option<Result<Value, Stop>> {
        (name == "ref").then(|| Ok(Value::text(self.0)))
    }

    fn member(&self, _: &str, _: &str) -> Option<Result<Value, Stop>> {
        None
    }

    fn call(&self, _: &str, _: &[Value], _: (usize, usize)) -> Option<Result<Value, Stop>> {
        None
    }
}

/// Is an image, as written, matched by one of the references? Without references every image is. Which one matched.
pub(super) fn matches(references: &[Reference], image: &str) -> Result<(bool, Option<usize>), Stop> {
    for (index, reference) in references.iter().enumerate() {
        let matched = match reference {
            Reference::Glob(glob, _) => glob.matches(image).ok_or_else(|| {
                Stop::Undecided(Missing::TooLarge {
                    what: "the name of an image".to_owned(),
                    size: image.len() as u64,
                    limit: Glob::LONGEST,
                })
            })?,
            Reference::Expression(expression) => match expression.evaluate(&Named(image)).value? {
                Value::Bool(matched) => matched,
                other => {
                    return Err(Stop::error(format!(
                        "type conversion error from '{}' to 'bool'",
                        other.type_name()
                    )));
                }
            },
        };
        if matched {
            return Ok((true, Some(index)));
        }
    }
    Ok((references.is_empty(), None))
}

/// True when an image names a digest.
///
/// # Errors
/// When it is no image name.
pub(super) fn has_digest(image: &str) -> Result<bool, Stop> {
    let name = crate::lang::expr::ImageName::parse(image)
        .map_err(|problem| Stop::error(format!("failed to parse image reference {image}: {problem}")))?;
    Ok(!name.digest.is_empty())
}

/// Is an image matched by these `matchImageReferences`? `None`: they cannot be evaluated.
#[must_use]
pub fn is_matched(references: &Node, image: &str) -> Option<bool> {
    let spec = NodeValue::Map(vec![Entry {
        key: "matchImageReferences".into(),
        key_span: references.span.clone(),
        node: references.clone(),
    }]);
    let spec = Node { span: references.span.clone(), value: spec };
    let mut notes = super::read::Notes::default();
    let references = super::read::references(&mut notes, &spec, "");
    (notes.refusals.is_empty()).then(|| matches(&references, image).ok())?.map(|(matched, _)| matched)
}
