//! An identity as people name it: issuer, repository, workflow and ref; a key; a certificate of Notation; nobody.

use crate::model::ArtifactKind;
use crate::model::identity::Identity;
use crate::model::signed::{Claim, Signed};

/// Who signed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    /// A workflow or a person, by a certificate.
    Certificate {
        /// The OIDC issuer.
        issuer: String,
        /// The subject.
        subject: String,
    },
    /// A key, by its fingerprint.
    Key {
        /// SHA-256 of the key, lower-case hexadecimal.
        fingerprint: String,
        /// Kind and size.
        kind: String,
    },
    /// A certificate of Notation, by its distinguished name.
    Notation(String),
    /// A key that nobody has named, so that it cannot be told which.
    UnknownKey,
    /// There is no signature.
    Nobody,
}

impl Who {
    /// Who a verified signature is by; what travels with it tells the issuer's own words.
    #[must_use]
    pub fn verified(identity: &Identity) -> Self {
        match identity {
            Identity::Key(key) => Self::Key { fingerprint: key.fingerprint.clone(), kind: key.kind.clone() },
            Identity::Certificate(certificate) => Self::Certificate {
                issuer: certificate.issuer.clone().unwrap_or_default(),
                subject: certificate.sans.first().map_or_else(
                    || format!("certificate SHA256:{}", certificate.fingerprint),
                    |(_, name)| name.clone(),
                ),
            },
        }
    }

    /// Who a signature says that it is by.
    #[must_use]
    pub fn claimed(signed: &Signed) -> Self {
        match (&signed.claim, &signed.kind) {
            (Some(claim), ArtifactKind::NotationSignature) => Self::Notation(claim.subject.clone()),
            (Some(Claim { issuer, subject, .. }), _) => {
                Self::Certificate { issuer: issuer.clone(), subject: subject.clone() }
            }
            (None, _) => Self::UnknownKey,
        }
    }

    /// The levels under which it stands, the widest first: issuer, repository, workflow, ref.
    #[must_use]
    pub fn levels(&self) -> Vec<String> {
        match self {
            Self::Certificate { issuer, subject } => {
                let mut levels =
                    vec![if issuer.is_empty() { "(no issuer)".to_owned() } else { issuer.clone() }];
                match workflow(subject) {
                    Some(parts) => levels.extend(parts),
                    None => levels.push(subject.clone()),
                }
                levels
            }
            Self::Key { fingerprint, kind } => {
                vec!["keys".to_owned(), format!("SHA256:{fingerprint} ({kind})")]
            }
            Self::Notation(subject) => vec!["Notation certificates".to_owned(), subject.clone()],
            Self::UnknownKey => vec!["keys".to_owned(), "(a key that no policy names)".to_owned()],
            Self::Nobody => vec!["(unsigned)".to_owned()],
        }
    }

    /// In one line.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Certificate { issuer, subject } if issuer.is_empty() => subject.clone(),
            Self::Certificate { issuer, subject } => format!("{subject} (by {issuer})"),
            Self::Key { fingerprint, kind } => format!("{kind} SHA256:{fingerprint}"),
            Self::Notation(subject) => subject.clone(),
            Self::UnknownKey => "a key that no policy names".to_owned(),
            Self::Nobody => "(unsigned)".to_owned(),
        }
    }
}

/// `https://HOST/OWNER/REPO/PATH@REF`: repository, workflow and ref. The workflow loses GitHub's folder.
fn workflow(subject: &str) -> Option<[String; 3]> {
    let (_, rest) = subject.split_once("://")?;
    let (path, reference) = rest.split_once('@')?;
    let mut parts = path.splitn(4, '/');
    let (_, owner, repository, file) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let file = file.trim_start_matches('/');
    let file = file.strip_prefix(".github/workflows/").unwrap_or(file);
    Some([format!("{owner}/{repository}"), file.to_owned(), reference.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(issuer: &str, subject: &str) -> Vec<String> {
        Who::Certificate { issuer: issuer.to_owned(), subject: subject.to_owned() }.levels()
    }

    #[test]
    fn workflows_have_four_levels_and_people_two() {
        let github = "https://token.actions.githubusercontent.com";
        let subject = "https://github.com/acme/payments/.github/workflows/release.yml@refs/tags/v1";
        assert_eq!(levels(github, subject), [github, "acme/payments", "release.yml", "refs/tags/v1"]);
        let gitlab = "https://gitlab.com/acme/web//.gitlab-ci.yml@refs/heads/main";
        assert_eq!(
            levels("https://gitlab.com", gitlab)[1..],
            ["acme/web", ".gitlab-ci.yml", "refs/heads/main"]
        );
        assert_eq!(
            levels("https://accounts.example", "a@b.example"),
            ["https://accounts.example", "a@b.example"]
        );
        assert_eq!(levels("", "https://x/y@z"), ["(no issuer)", "https://x/y@z"]);
    }
}
