//! Paths of the API that may be read on behalf of a policy: objects and lists, and never what holds secrets or does
//! something when it is read.

/// Longest path that is asked for, in bytes.
const LONGEST: usize = 2_048;
/// Parts of objects that are plain reading; others (`proxy`, `exec`, `portforward`, `log`) reach beyond the API server.
const PARTS: [&str; 2] = ["status", "scale"];

/// A path that may be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Readable {
    /// As it is sent.
    pub(super) path: String,
    /// `get` or `list`, the resource and where, for messages: `get configmaps `a` in namespace `b``.
    pub(super) what: String,
}

/// Reads a path with its query.
///
/// # Errors
/// Why it is not read.
pub(super) fn readable(written: &str) -> Result<Readable, String> {
    let plain = |b: u8| b.is_ascii_graphic() && !matches!(b, b'#' | b'\\' | b'"' | b'<' | b'>');
    if written.len() > LONGEST || !written.bytes().all(plain) {
        return Err("it is no path of the API".to_owned());
    }
    let (path, query) = written.split_once('?').unwrap_or((written, ""));
    if query.split('&').any(|pair| matches!(pair.split('=').next(), Some("watch" | "follow"))) {
        return Err("it has no end".to_owned());
    }
    if path.contains('%') {
        return Err("its path is encoded".to_owned());
    }
    let parts: Vec<&str> = path.strip_prefix('/').unwrap_or(path).trim_end_matches('/').split('/').collect();
    if parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
        return Err("it is no path of the API".to_owned());
    }
    let (group, rest) = match parts.as_slice() {
        ["api", _, rest @ ..] => ("", rest),
        ["apis", group, _, rest @ ..] => (*group, rest),
        _ => return Err("it names neither an object nor a list".to_owned()),
    };
    let (namespace, rest) = match rest {
        ["namespaces", name, rest @ ..]
            if !rest.is_empty() && !PARTS.contains(rest.first().unwrap_or(&"")) =>
        {
            (Some(*name), rest)
        }
        rest => (None, rest),
    };
    let (resource, name) = match rest {
        [resource] => (*resource, None),
        [resource, name] => (*resource, Some(*name)),
        [resource, name, part] if PARTS.contains(part) => (*resource, Some(*name)),
        [_, _, part, ..] => return Err(format!("`{part}` is more than an object")),
        [] => return Err("it names neither an object nor a list".to_owned()),
    };
    if group.is_empty() && resource.eq_ignore_ascii_case("secrets") {
        return Err("Secrets are not read into expressions".to_owned());
    }
    let whole = if group.is_empty() { resource.to_owned() } else { format!("{resource}.{group}") };
    let at = namespace.map(|name| format!(" in namespace `{name}`")).unwrap_or_default();
    let what = match name {
        Some(name) => format!("get {whole} `{name}`{at}"),
        None => format!("list {whole}{at}"),
    };
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    Ok(Readable { path: format!("/{}{query}", parts.join("/")), what })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_and_lists_are_read() {
        let what = |path: &str| readable(path).map(|read| read.what);
        for (path, wanted) in [
            ("/api/v1/namespaces/a/configmaps/b", "get configmaps `b` in namespace `a`"),
            ("/api/v1/namespaces", "list namespaces"),
            ("/api/v1/namespaces/a", "get namespaces `a`"),
            ("/api/v1/namespaces/a/status", "get namespaces `a`"),
            ("/apis/apps/v1/deployments?labelSelector=a%3Db", "list deployments.apps"),
            ("/apis/apps/v1/namespaces/a/deployments/d/scale", "get deployments.apps `d` in namespace `a`"),
        ] {
            assert_eq!(what(path).as_deref(), Ok(wanted), "{path}");
        }
    }

    #[test]
    fn what_holds_secrets_or_does_something_is_not() {
        for path in [
            "/api/v1/secrets",
            "/api/v1/namespaces/a/secrets/b",
            "/api/v1/namespaces/a/Secrets/b",
            "/api/v1/namespaces/a/%73ecrets/b",
            "/api/v1/namespaces/a/configmaps/../secrets/b",
            "/api/v1/namespaces/a/services/b/proxy/x",
            "/api/v1/namespaces/a/pods/b/exec?command=sh",
            "/api/v1/namespaces/a/pods/b/log",
            "/api/v1/nodes/a/proxy/x",
            "/api/v1/pods?watch=1",
            "/api/v1/pods?limit=1&watch=true",
            "/version",
            "/metrics",
            "//api/v1/pods",
            "https://other.example/api/v1/pods",
            "/api/v1/pods#x",
            "/api/v1/pods\r\nHost: x",
            "",
        ] {
            assert!(readable(path).is_err(), "{path}");
        }
    }
}
