//! Kind selectors: `[group/][version/]Kind[/subresource]` (`pkg/utils/kube/kind.go`).

use crate::lang::wildcard;

/// A selector taken apart; `*` stands for what is not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindSelector {
    /// API group.
    pub group: String,
    /// API version.
    pub version: String,
    /// Kind.
    pub kind: String,
    /// Subresource; empty: the main resource.
    pub subresource: String,
}

/// `v1`, `v2beta1`, `*`.
fn is_version(segment: &str) -> bool {
    if segment == "*" {
        return true;
    }
    let Some(rest) = segment.strip_prefix('v') else { return false };
    let mut chars = rest.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_digit());
    let rest = chars.as_str();
    let suffix = |word: &str| {
        rest.strip_prefix(word)
            .is_some_and(|digit| digit.len() == 1 && digit.chars().all(|c| c.is_ascii_digit()))
    };
    first && (rest.is_empty() || suffix("alpha") || suffix("beta"))
}

impl KindSelector {
    fn of(group: &str, version: &str, kind: &str, subresource: &str) -> Self {
        let text = str::to_owned;
        Self { group: text(group), version: text(version), kind: text(kind), subresource: text(subresource) }
    }

    /// Takes a selector apart; one of five or more segments selects nothing. A dot in the last segment separates as a
    /// slash does, and the number of segments decides what they are.
    #[must_use]
    pub fn parse(input: &str) -> Option<Self> {
        let (front, last) = match input.rsplit_once('/') {
            Some((front, last)) => (Some(front), last),
            None => (None, input),
        };
        let front = front.into_iter().flat_map(|front| front.split('/'));
        let segments: Vec<&str> = front.chain(last.split('.')).collect();
        match segments.as_slice() {
            [kind] => Some(Self::of("*", "*", kind, "")),
            ["*", "*"] => Some(Self::of("*", "*", "*", "*")),
            // A word without capitals is no kind.
            ["*", second] if second.to_lowercase() == *second => Some(Self::of("*", "*", "*", second)),
            [version, kind] if is_version(version) => Some(Self::of("*", version, kind, "")),
            [kind, subresource] => Some(Self::of("*", "*", kind, subresource)),
            [version, kind, subresource] if is_version(version) => {
                Some(Self::of("*", version, kind, subresource))
            }
            [group, version, kind] => Some(Self::of(group, version, kind, "")),
            [group, version, kind, subresource] => Some(Self::of(group, version, kind, subresource)),
            _ => None,
        }
    }

    /// Does the selector name this resource? `Pod` also names `pods/ephemeralcontainers` where that is allowed.
    #[must_use]
    pub fn names(&self, gvk: &Gvk<'_>, subresource: &str, ephemeral: bool) -> bool {
        let main = wildcard::matches(&self.group, gvk.group)
            && wildcard::matches(&self.version, gvk.version)
            && wildcard::matches(&self.kind, gvk.kind);
        let of_pod = ephemeral
            && gvk.kind == "Pod"
            && gvk.group.is_empty()
            && self.subresource.is_empty()
            && subresource == "ephemeralcontainers";
        main && (wildcard::matches(&self.subresource, subresource) || of_pod)
    }
}

/// Group, version and kind of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gvk<'a> {
    /// API group; empty for the core.
    pub group: &'a str,
    /// API version.
    pub version: &'a str,
    /// Kind.
    pub kind: &'a str,
}

impl<'a> Gvk<'a> {
    /// From `apiVersion` and `kind`.
    #[must_use]
    pub fn of(api_version: &'a str, kind: &'a str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group, version, kind }
    }
}

/// `apiVersion` and `kind[/subresource]` of a selector (`GetKindFromGVK`, which is not `ParseKindSelector`: here only
/// slashes separate).
#[must_use]
pub fn kind_from_gvk(input: &str) -> (String, String) {
    let slashed = |kind: &str| kind.replacen('.', "/", 1);
    match input.split('/').collect::<Vec<_>>().as_slice() {
        [kind] => (String::new(), slashed(kind)),
        ["*", "*"] => (String::new(), "*/*".to_owned()),
        [version, kind] if is_version(version) => ((*version).to_owned(), slashed(kind)),
        [kind, subresource] => (String::new(), format!("{kind}/{subresource}")),
        [version, kind, subresource] if is_version(version) => {
            ((*version).to_owned(), format!("{kind}/{subresource}"))
        }
        [group, version, kind] => (format!("{group}/{version}"), slashed(kind)),
        [group, version, kind, subresource] => {
            (format!("{group}/{version}"), format!("{kind}/{subresource}"))
        }
        _ => (String::new(), String::new()),
    }
}

/// Kind and subresource of `Kind/subresource`.
#[must_use]
pub fn split_subresource(input: &str) -> (&str, &str) {
    input.split_once('/').filter(|(_, rest)| !rest.contains('/')).unwrap_or((input, ""))
}

/// Does a group and version selector name an actual `apiVersion`?
#[must_use]
pub fn group_version_matches(selector: &str, actual: &str) -> bool {
    if selector.contains('*') {
        let prefix = selector.strip_suffix('*').unwrap_or(selector);
        actual.starts_with(prefix)
    } else {
        selector == actual
    }
}
