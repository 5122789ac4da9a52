//! What the expressions of a policy may name, with its type (`K:pkg/image/verification/evaluator/compiler.go`;
//! `BuildRequestType` and `BuildNamespaceType` of the API server).

use crate::lang::expr::Type;

/// Names and their types. What has names below it has no other fields.
const NAMES: &[(&str, &str)] = &[
    ("object", "dyn"),
    ("oldObject", "dyn"),
    ("variables", "dyn"),
    ("images", "map<string,list<string>>"),
    ("attestors", "map<string,dyn>"),
    ("attestations", "map<string,string>"),
    ("request", "dyn"),
    ("request.kind", "dyn"),
    ("request.kind.group", "string"),
    ("request.kind.version", "string"),
    ("request.kind.kind", "string"),
    ("request.resource", "dyn"),
    ("request.resource.group", "string"),
    ("request.resource.version", "string"),
    ("request.resource.resource", "string"),
    ("request.subResource", "string"),
    ("request.requestKind", "dyn"),
    ("request.requestKind.group", "string"),
    ("request.requestKind.version", "string"),
    ("request.requestKind.kind", "string"),
    ("request.requestResource", "dyn"),
    ("request.requestResource.group", "string"),
    ("request.requestResource.version", "string"),
    ("request.requestResource.resource", "string"),
    ("request.requestSubResource", "string"),
    ("request.name", "string"),
    ("request.namespace", "string"),
    ("request.operation", "string"),
    ("request.userInfo", "dyn"),
    ("request.userInfo.username", "string"),
    ("request.userInfo.uid", "string"),
    ("request.userInfo.groups", "list<string>"),
    ("request.userInfo.extra", "map<string,list<string>>"),
    ("request.dryRun", "bool"),
    ("request.options", "dyn"),
    ("request.object", "dyn"),
    ("request.oldObject", "dyn"),
    ("namespaceObject", "dyn"),
    ("namespaceObject.metadata", "dyn"),
    ("namespaceObject.metadata.name", "string"),
    ("namespaceObject.metadata.generateName", "string"),
    ("namespaceObject.metadata.namespace", "string"),
    ("namespaceObject.metadata.labels", "map<string,string>"),
    ("namespaceObject.metadata.annotations", "map<string,string>"),
    ("namespaceObject.metadata.UID", "string"),
    ("namespaceObject.metadata.creationTimestamp", "timestamp"),
    ("namespaceObject.metadata.deletionGracePeriodSeconds", "int"),
    ("namespaceObject.metadata.deletionTimestamp", "timestamp"),
    ("namespaceObject.metadata.generation", "int"),
    ("namespaceObject.metadata.resourceVersion", "string"),
    ("namespaceObject.metadata.finalizers", "list<string>"),
    ("namespaceObject.spec", "dyn"),
    ("namespaceObject.spec.finalizers", "list<string>"),
    ("namespaceObject.status", "dyn"),
    ("namespaceObject.status.phase", "string"),
];

/// The names.
pub(super) fn names() -> impl Iterator<Item = (String, Type)> {
    NAMES.iter().map(|(name, own)| ((*name).to_owned(), Type::parse(own)))
}
