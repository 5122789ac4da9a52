//! Which statement an image falls under: the one whose scope is its repository, letter by letter, else the one for all.

use super::policy::Policy;
use crate::format::trust_policy::Statement;
use crate::model::image::Reference;
use crate::model::node::Node;
use crate::model::span::Span;

/// The statement that applies, with its node and the place of the scope that decided.
pub(super) fn statement<'a>(policy: &'a Policy, repository: &str) -> Option<(&'a Statement, &'a Node, Span)> {
    let applicable = policy.document.as_ref().ok()?.applicable(repository)?;
    let (statement, node) =
        policy.statements().find(|(statement, _)| std::ptr::eq(*statement, applicable))?;
    let scopes = node.get("registryScopes").map(Node::items).unwrap_or_default();
    let scope =
        scopes.iter().find(|scope| matches!(scope.text(), Some(text) if text == repository || text == "*"));
    Some((statement, node, scope.unwrap_or(node).span.clone()))
}

/// The repository of an image, as scopes name it.
pub(super) fn repository(image: &str) -> Result<String, String> {
    Reference::parse(image).map(|reference| reference.name()).map_err(|error| error.to_string())
}

/// Of these images, as written, those that must be fetched: with a statement that skips verification, notation does not
/// even look for signatures.
#[must_use]
pub fn demand<'a>(policy: &Policy, images: &[&'a str]) -> Vec<&'a str> {
    let asks = |image: &str| {
        let repository = repository(image).ok()?;
        let (statement, _, _) = statement(policy, &repository)?;
        statement.enforcement
    };
    images.iter().copied().filter(|image| asks(image).is_some()).collect()
}
