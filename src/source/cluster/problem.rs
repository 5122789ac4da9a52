//! Why a cluster cannot be seen, and what to do about it.
//!
//! No text of a kubeconfig and no output of a credential plug-in becomes part of a problem: tokens stand in both.

use kube::client::AuthError;
use kube::config::KubeconfigError;

/// Why a cluster cannot be seen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// No kubeconfig, and not inside a cluster.
    #[error("there is no kubeconfig: neither `KUBECONFIG` nor `~/.kube/config` names a cluster")]
    NoConfig,
    /// The kubeconfig cannot be used.
    #[error("the kubeconfig cannot be used: {detail}")]
    BadConfig {
        /// The cause.
        detail: String,
    },
    /// The context does not exist.
    #[error("the kubeconfig has no context `{name}`")]
    NoContext {
        /// The context asked for.
        name: String,
        /// Those that exist.
        known: Vec<String>,
    },
    /// HTTP 401, or no credential could be had.
    #[error("the API server does not accept the credentials of this context{detail}")]
    Unauthorized {
        /// More, after a colon; or empty.
        detail: String,
    },
    /// HTTP 403.
    #[error("not permitted: {what}")]
    Forbidden {
        /// What was asked for.
        what: String,
    },
    /// No connection, or no answer.
    #[error("the API server {server} cannot be reached: {detail}")]
    Unreachable {
        /// Its address.
        server: String,
        /// The cause.
        detail: String,
    },
    /// HTTP 404: the API server has no such resource.
    #[error("the API server has no {what}")]
    Absent {
        /// What was asked for.
        what: String,
    },
    /// HTTP 410: the version or page is too old.
    #[error("the version is too old")]
    Expired,
    /// Any other answer.
    #[error("the API server answered: {detail}")]
    Other {
        /// Its words.
        detail: String,
    },
}

impl Problem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NoConfig => {
                "set KUBECONFIG or give `--kubeconfig FILE`; `sigscope demo` needs no cluster".to_owned()
            }
            Self::BadConfig { .. } => "`kubectl config view` shows what is wrong with it".to_owned(),
            Self::NoContext { known, .. } if known.is_empty() => "it has no context at all".to_owned(),
            Self::NoContext { known, .. } => format!("there are: {}", known.join(", ")),
            Self::Unauthorized { .. } => {
                "log in again as you do for kubectl (`kubectl auth whoami` should work), then press R".to_owned()
            }
            Self::Forbidden { .. } => {
                "give `--namespace NS` for a namespace you may read; `sigscope cluster rbac` prints the least role"
                    .to_owned()
            }
            Self::Unreachable { .. } => {
                "check the address, the VPN and the proxy; it is tried again on its own".to_owned()
            }
            Self::Absent { .. } | Self::Expired | Self::Other { .. } => "it is tried again on its own".to_owned(),
        }
    }

    /// Whether waiting may help.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Expired | Self::Other { .. })
    }

    /// Reads an error of the client.
    pub(super) fn of(error: &kube::Error, server: &str, what: &str) -> Self {
        if let Some(error) = auth_error(error) {
            return Self::Unauthorized { detail: format!(": {}", without_secrets(error)) };
        }
        match error {
            kube::Error::Api(status) => Self::of_status(status.code, &status.message, what),
            kube::Error::Service(_) | kube::Error::HyperError(_) | kube::Error::ReadEvents(_) => {
                Self::Unreachable { server: server.to_owned(), detail: innermost(error) }
            }
            other => Self::Other { detail: other.to_string() },
        }
    }

    /// Reads an error of a kubeconfig.
    pub(super) fn of_config(error: &KubeconfigError) -> Self {
        let detail = match error {
            // Its text would quote the file.
            KubeconfigError::Parse(error) => match error.location() {
                Some(at) => format!("its YAML is wrong at line {}, column {}", at.line(), at.column()),
                None => "its YAML is wrong".to_owned(),
            },
            KubeconfigError::ReadConfig(error, path) => format!("{}: {error}", path.display()),
            other => other.to_string(),
        };
        Self::BadConfig { detail }
    }

    /// Reads an error of setting a client up.
    pub(super) fn of_setup(error: &kube::Error) -> Self {
        match auth_error(error) {
            Some(error) => Self::Unauthorized { detail: format!(": {}", without_secrets(error)) },
            None => Self::BadConfig { detail: error.to_string() },
        }
    }

    /// Reads a status of the API server.
    pub(super) fn of_status(code: u16, message: &str, what: &str) -> Self {
        match code {
            401 => Self::Unauthorized { detail: String::new() },
            403 => Self::Forbidden { what: what.to_owned() },
            404 => Self::Absent { what: what.to_owned() },
            410 => Self::Expired,
            _ => Self::Other { detail: format!("{message} (HTTP {code})") },
        }
    }
}

fn auth_error(error: &kube::Error) -> Option<&AuthError> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref::<AuthError>() {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

/// What is wrong with a credential, without what a plug-in printed or a file holds.
fn without_secrets(error: &AuthError) -> String {
    match error {
        AuthError::AuthExecRun { cmd, out } => {
            let command = cmd.split_whitespace().next().unwrap_or_default();
            format!("the credential plug-in `{command}` ended with {}", out.status)
        }
        AuthError::AuthExecStart(error) => format!("the credential plug-in cannot be started: {error}"),
        AuthError::ReadTokenFile(error, path) => format!("{}: {error}", path.display()),
        AuthError::UnrefreshableTokenResponse => "the token ended and cannot be renewed".to_owned(),
        AuthError::MissingCommand | AuthError::ExecMissingClusterInfo | AuthError::NoValidNativeRootCA(_) => {
            error.to_string()
        }
        _ => "the credential of this context cannot be read".to_owned(),
    }
}

/// The first cause: outer errors only say that a request failed.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
