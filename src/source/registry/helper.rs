//! Programs that keep credentials (`docker-credential-*`), asked off the runtime's threads and for a bounded time.

use std::time::Duration;

use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential_from_reader};
use serde_json::json;

use super::credentials::Credential;

/// What docker's helpers say when they have nothing for a server.
const NOTHING: &str = "credentials not found";

/// Asks a helper for the credential of a server; `None`: it has none.
pub(super) async fn ask(name: &str, server: &str, wait: Duration) -> Result<Option<Credential>, String> {
    // A name with a separator would run a program of the file's choosing.
    if name.contains(['/', '\\']) {
        return Err(format!("`{name}` is not the name of a credential helper"));
    }
    let config = json!({"credHelpers": {server: name}}).to_string();
    let asked = server.to_owned();
    let work = tokio::task::spawn_blocking(move || get_credential_from_reader(config.as_bytes(), &asked));
    let failed = |problem: &str| format!("credential helper `docker-credential-{name}` {problem}");
    match tokio::time::timeout(wait, work).await {
        Err(_) => Err(failed(&format!("did not answer within {} s", wait.as_secs()))),
        Ok(Err(_)) => Err(failed("broke off")),
        Ok(Ok(Ok(DockerCredential::IdentityToken(token)))) => Ok(Some(Credential::IdentityToken(token))),
        Ok(Ok(Ok(DockerCredential::UsernamePassword(user, password)))) => {
            Ok(Some(Credential::Password { user, password }))
        }
        Ok(Ok(Err(error))) => match error {
            CredentialRetrievalError::HelperFailure { stdout, .. } if stdout.contains(NOTHING) => Ok(None),
            CredentialRetrievalError::HelperCommunicationError => Err(failed("cannot be run")),
            // Its output may hold a secret: it is not repeated.
            _ => Err(failed("failed")),
        },
    }
}
