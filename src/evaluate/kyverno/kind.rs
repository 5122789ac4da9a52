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

    /// Takes a selector apart; one of five or more segments selects nothing.
    #[must_use]
    pub fn parse(input: &str) -> Option<Self> {
        let segments: Vec<&str> = input.split('/').collect();
        let dotted = |kind: &str| match kind.split_once('.') {
            Some((kind, subresource)) => (kind.to_owned(), subresource.to_owned()),
            None => (kind.to_owned(), String::new()),
        };
        match segments.as_slice() {
            ["*"] => Some(Self::of("*", "*", "*", "")),
            [kind] => {
                let (kind, subresource) = dotted(kind);
                Some(Self::of("*", "*", &kind, &subresource))
            }
            ["*", "*"] => Some(Self::of("*", "*", "*", "*")),
            ["*", second] if second.chars().next().is_some_and(char::is_lowercase) => {
                Some(Self::of("*", "*", "*", second))
            }
            [version, kind] if is_version(version) => {
                let (kind, subresource) = dotted(kind);
                Some(Self::of("*", version, &kind, &subresource))
            }
            [kind, subresource] => Some(Self::of("*", "*", kind, subresource)),
            ["*", "*", "*"] => Some(Self::of("*", "*", "*", "*")),
            [group, version, kind] if is_version(version) => {
                let main = kind.chars().next().is_none_or(|c| !c.is_lowercase()) || !is_version(group);
                if main {
                    let (kind, subresource) = dotted(kind);
                    Some(Self::of(group, version, &kind, &subresource))
                } else {
                    Some(Self::of("*", group, version, kind))
                }
            }
            [version, kind, subresource] if is_version(version) => {
                Some(Self::of("*", version, kind, subresource))
            }
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

/// `apiVersion` and `kind[/subresource]` of a selector (`GetKindFromGVK`).
#[must_use]
pub fn kind_from_gvk(input: &str) -> (String, String) {
    let Some(parsed) = KindSelector::parse(input) else { return (String::new(), String::new()) };
    let kind = if parsed.subresource.is_empty() {
        parsed.kind
    } else {
        format!("{}/{}", parsed.kind, parsed.subresource)
    };
    let version = match (parsed.group.as_str(), parsed.version.as_str()) {
        // What is not written at all is left away; a version that is written as `*` stays.
        ("*", "*") if !input.starts_with("*/") || input == "*/*" => String::new(),
        ("*", version) => version.to_owned(),
        (group, version) => format!("{group}/{version}"),
    };
    (version, kind)
}

/// Kind and subresource of `Kind/subresource`.
#[must_use]
pub fn split_subresource(input: &str) -> (&str, &str) {
    input.split_once('/').unwrap_or((input, ""))
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
