//! A trust policy document as read, with its places.

use std::sync::Arc;

use crate::format::trust_policy::{Statement, TrustPolicy};
use crate::model::node::Node;
use crate::model::span::Span;
use crate::model::trace::PolicyId;

/// Why notation refuses the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The rule that it breaks.
    pub problem: String,
    /// The statement, or the document.
    pub span: Span,
}

/// A trust policy document.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Which; its name is that of its file.
    pub id: PolicyId,
    /// The whole document.
    pub node: Arc<Node>,
    /// Its statements, or why it is refused.
    pub document: Result<TrustPolicy, Refusal>,
}

impl Policy {
    /// The statements with their nodes, in order.
    pub fn statements(&self) -> impl Iterator<Item = (&Statement, &Node)> {
        let statements = self.document.as_ref().map(|document| document.statements.as_slice());
        let nodes = self.node.get("trustPolicies").map(Node::items).unwrap_or_default();
        statements.unwrap_or_default().iter().zip(nodes)
    }
}
