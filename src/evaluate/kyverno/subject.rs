//! Users, groups and service accounts (`pkg/utils/match/subjects.go`).

use crate::lang::wildcard;
use crate::model::node::Node;

/// Who asks; empty where there is no admission request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserInfo {
    /// User name, `system:serviceaccount:NAMESPACE:NAME` for service accounts.
    pub username: String,
    /// Groups.
    pub groups: Vec<String>,
    /// Roles bound to the user, `namespace:name`.
    pub roles: Vec<String>,
    /// Cluster roles bound to the user.
    pub cluster_roles: Vec<String>,
}

impl UserInfo {
    /// True when nothing is known: background scans and the command line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// True when one of the subjects is the user.
#[must_use]
pub fn subjects_match(subjects: &[Node], user: &UserInfo) -> bool {
    subjects.iter().any(|subject| {
        let text = |key: &str| subject.get(key).and_then(Node::text).unwrap_or_default();
        match text("kind") {
            "ServiceAccount" => {
                let account = format!("system:serviceaccount:{}:{}", text("namespace"), text("name"));
                wildcard::matches(&account, &user.username)
            }
            "User" => wildcard::matches(text("name"), &user.username),
            "Group" => user.groups.iter().any(|group| wildcard::matches(text("name"), group)),
            _ => false,
        }
    })
}
