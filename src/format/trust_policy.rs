//! Notation's trust policy document (`trustpolicy.json`), its levels, and the trusted identities
//! (`notation-go/verifier/trustpolicy`).

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::distinguished_name as subject;
use crate::model::Moment;
use crate::model::notary::{DistinguishedName, Enforcement, NotaryAction, NotaryDemand, Stores};

/// Longest document that is read, in bytes.
const LIMIT: usize = 4 << 20;

/// Types of trust stores.
pub const STORE_TYPES: &[&str] = &["ca", "signingAuthority", "tsa"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default)]
    version: String,
    #[serde(default)]
    trust_policies: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    #[serde(default)]
    name: String,
    #[serde(default)]
    registry_scopes: Vec<String>,
    #[serde(default)]
    signature_verification: Verification,
    #[serde(default)]
    trust_stores: Vec<String>,
    #[serde(default)]
    trusted_identities: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Verification {
    #[serde(default)]
    level: String,
    #[serde(default, rename = "override")]
    overrides: BTreeMap<String, String>,
    #[serde(default)]
    verify_timestamp: String,
}

/// A statement of a trust policy document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its name.
    pub name: String,
    /// Repositories, or `*` alone.
    pub scopes: Vec<String>,
    /// What is enforced; `None`: nothing is verified (level `skip`).
    pub enforcement: Option<Enforcement>,
    /// `verifyTimestamp: afterCertExpiry`.
    pub after_expiry: bool,
    /// Trust stores: type and name.
    pub stores: Vec<(String, String)>,
    /// The identities as written.
    pub identities: Vec<String>,
    /// The subjects among them; `None`: anybody (`*`).
    pub subjects: Option<Vec<DistinguishedName>>,
}

impl Statement {
    /// What this statement demands of a signature; `None`: nothing (level `skip`).
    #[must_use]
    pub fn demand(
        &self,
        stores: Stores,
        metadata: BTreeMap<String, String>,
        as_of: Moment,
    ) -> Option<NotaryDemand> {
        Some(NotaryDemand {
            enforcement: self.enforcement?,
            after_expiry: self.after_expiry,
            named: self.stores.clone(),
            stores,
            identities: self.identities.clone(),
            subjects: self.subjects.clone(),
            metadata,
            as_of,
        })
    }
}

/// A trust policy document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustPolicy {
    /// Its statements.
    pub statements: Vec<Statement>,
}

impl TrustPolicy {
    /// Reads a document, and holds it to notation's rules.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        Self::parse_placed(bytes).map_err(|(_, problem)| problem)
    }

    /// The same, with the number of the statement that breaks the rule.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn parse_placed(bytes: &[u8]) -> Result<Self, (Option<usize>, String)> {
        let of_document = |problem: String| (None, problem);
        if bytes.len() > LIMIT {
            return Err(of_document(format!(
                "{} bytes are more than the {LIMIT} that are read",
                bytes.len()
            )));
        }
        let document: Document = serde_json::from_slice(bytes)
            .map_err(|error| of_document(format!("malformed trust policy: {error}")))?;
        spelt(bytes)?;
        if document.version != "1.0" {
            return Err(of_document(format!(
                "trust policy document uses unsupported version {:?}",
                document.version
            )));
        }
        if document.trust_policies.is_empty() {
            return Err(of_document(
                "trust policy document can not have zero trust policy statements".to_owned(),
            ));
        }
        let mut names = BTreeSet::new();
        let mut scopes = BTreeSet::new();
        let mut statements = Vec::new();
        for (index, written) in document.trust_policies.into_iter().enumerate() {
            let here = |problem: String| (Some(index), problem);
            if !names.insert(written.name.clone()) {
                return Err(here(format!(
                    "multiple trust policy statements use the same name {:?}",
                    written.name
                )));
            }
            let statement = statement(written).map_err(here)?;
            for scope in &statement.scopes {
                if !scopes.insert(scope.clone()) {
                    return Err(here(format!("registry scope {scope:?} is present in multiple statements")));
                }
            }
            statements.push(statement);
        }
        Ok(Self { statements })
    }

    /// The statement for a repository: the one that names it, else the one for all.
    #[must_use]
    pub fn applicable(&self, repository: &str) -> Option<&Statement> {
        let of = |scope: &str| {
            self.statements.iter().find(|statement| statement.scopes.iter().any(|other| other == scope))
        };
        of(repository).or_else(|| of("*"))
    }
}

/// Refuses a field that only other capitals keep from being a known one: notation (Go) reads it as the known one, so that
/// to pass over it would judge by another policy than notation does.
fn spelt(bytes: &[u8]) -> Result<(), (Option<usize>, String)> {
    const OF_DOCUMENT: &[&str] = &["version", "trustPolicies"];
    const OF_STATEMENT: &[&str] =
        &["name", "registryScopes", "signatureVerification", "trustStores", "trustedIdentities"];
    const OF_VERIFICATION: &[&str] = &["level", "override", "verifyTimestamp"];
    let check = |node: &serde_json::Value, known: &[&str]| {
        let names = node.as_object().into_iter().flat_map(|fields| fields.keys());
        for name in names {
            // The letters outside ASCII that Go's reader folds.
            let folded = name.replace('\u{17f}', "s").replace('\u{212a}', "k");
            if let Some(meant) = known.iter().find(|one| *one != name && one.eq_ignore_ascii_case(&folded)) {
                return Err(format!("field {name:?}: notation reads it as {meant:?}; write it so"));
            }
        }
        Ok(())
    };
    let document: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| (None, format!("malformed trust policy: {error}")))?;
    check(&document, OF_DOCUMENT).map_err(|problem| (None, problem))?;
    let statements = document.get("trustPolicies").and_then(serde_json::Value::as_array);
    for (index, statement) in statements.into_iter().flatten().enumerate() {
        check(statement, OF_STATEMENT)
            .and_then(|()| check(&statement["signatureVerification"], OF_VERIFICATION))
            .map_err(|problem| (Some(index), problem))?;
    }
    Ok(())
}

fn statement(written: Written) -> Result<Statement, String> {
    let name = written.name;
    if name.is_empty() {
        return Err("a trust policy statement is missing a name, every statement requires a name".to_owned());
    }
    let about = |problem: String| format!("trust policy statement {name:?}: {problem}");
    let enforcement = enforcement(&written.signature_verification).map_err(about)?;
    let after_expiry = match written.signature_verification.verify_timestamp.as_str() {
        "" | "always" => false,
        "afterCertExpiry" => true,
        other => {
            return Err(about(format!("verifyTimestamp {other:?} is neither always nor afterCertExpiry")));
        }
    };
    check_scopes(&written.registry_scopes).map_err(about)?;
    let stores =
        written.trust_stores.iter().map(|text| store(text)).collect::<Result<_, _>>().map_err(about)?;
    let empty = (written.trust_stores.is_empty(), written.trusted_identities.is_empty());
    let subjects = match (enforcement, empty) {
        (None, (true, true)) => Some(Vec::new()),
        (None, _) => {
            return Err(about("level skip, and trust stores or trusted identities all the same".to_owned()));
        }
        (Some(_), (false, false)) => subjects(&written.trusted_identities).map_err(about)?,
        (Some(_), _) => {
            return Err(about("either trust stores or trusted identities are missing".to_owned()));
        }
    };
    Ok(Statement {
        scopes: written.registry_scopes,
        enforcement,
        after_expiry,
        stores,
        identities: written.trusted_identities,
        subjects,
        name,
    })
}

fn enforcement(written: &Verification) -> Result<Option<Enforcement>, String> {
    use NotaryAction::{Enforce, Log, Skip};
    let level = |authenticity, rest| Enforcement {
        authenticity,
        authentic_timestamp: rest,
        expiry: rest,
        revocation: rest,
    };
    let mut enforcement = match written.level.as_str() {
        "strict" => level(Enforce, Enforce),
        "permissive" => level(Enforce, Log),
        "audit" => level(Log, Log),
        "skip" if written.overrides.is_empty() => return Ok(None),
        "skip" => return Err("signature verification level \"skip\" can't be used with overrides".to_owned()),
        other => return Err(format!("invalid signature verification level {other:?}")),
    };
    for (check, action) in &written.overrides {
        let action = match action.as_str() {
            "enforce" => Enforce,
            "log" => Log,
            "skip" if check == "revocation" => Skip,
            "skip" => return Err(format!("{check:?} can not be skipped")),
            other => return Err(format!("verification action {other:?} is not supported")),
        };
        match check.as_str() {
            "authenticity" => enforcement.authenticity = action,
            "authenticTimestamp" => enforcement.authentic_timestamp = action,
            "expiry" => enforcement.expiry = action,
            "revocation" => enforcement.revocation = action,
            other => return Err(format!("verification type {other:?} can not be overridden")),
        }
    }
    Ok(Some(enforcement))
}

fn check_scopes(scopes: &[String]) -> Result<(), String> {
    match scopes {
        [] => return Err("zero registry scopes, it must have at least one".to_owned()),
        [only] if only == "*" => return Ok(()),
        _ => {}
    }
    match scopes.iter().find(|scope| !is_scope(scope)) {
        None => Ok(()),
        Some(scope) => Err(format!(
            "registry scope {scope:?} is not a registry and repository without tag, or \"*\" alone"
        )),
    }
}

/// `domain/repository`, without scheme, tag or digest.
fn is_scope(scope: &str) -> bool {
    let Some((domain, path)) = scope.split_once('/') else { return false };
    let (host, port) = domain.split_once(':').map_or((domain, None), |(host, port)| (host, Some(port)));
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let number = |port: &str| !port.is_empty() && port.chars().all(|c| c.is_ascii_digit());
    host.split('.').all(label) && port.is_none_or(number) && path.split('/').all(is_component)
}

/// `[a-z0-9]+(?:(?:[._]|__|[-]*)[a-z0-9]+)*`
fn is_component(part: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separator = |text: &str| matches!(text, "" | "." | "_" | "__") || text.chars().all(|c| c == '-');
    part.starts_with(word) && part.ends_with(word) && part.split(word).all(separator)
}

fn store(text: &str) -> Result<(String, String), String> {
    let (kind, name) =
        text.split_once(':').ok_or_else(|| format!("trust store {text:?} is not of the form TYPE:NAME"))?;
    if !STORE_TYPES.contains(&kind) {
        return Err(format!("trust store type {kind:?} is none of {}", STORE_TYPES.join(", ")));
    }
    // The name becomes a part of a path.
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if name.is_empty() || name == "." || name == ".." || !name.chars().all(good) {
        return Err(format!("trust store name {name:?} needs to follow [a-zA-Z0-9_.-]+ format"));
    }
    Ok((kind.to_owned(), name.to_owned()))
}

fn subjects(identities: &[String]) -> Result<Option<Vec<DistinguishedName>>, String> {
    if identities.iter().any(|identity| identity == "*") {
        return match identities.len() {
            1 => Ok(None),
            _ => Err("a wildcard trusted identity '*' can not be used with others".to_owned()),
        };
    }
    let mut subjects: Vec<DistinguishedName> = Vec::new();
    for identity in identities {
        let (prefix, value) = identity
            .split_once(':')
            .filter(|(prefix, value)| !prefix.is_empty() && !value.is_empty())
            .ok_or_else(|| format!("trusted identity {identity:?} is not of the form PREFIX:VALUE"))?;
        if prefix == "x509.subject" {
            subjects.push(subject::parse(value)?);
        }
    }
    let overlap = subjects.iter().enumerate().any(|(index, one)| {
        subjects.iter().enumerate().any(|(other, two)| index != other && subject::is_subset(one, two))
    });
    if overlap {
        Err("trusted identities overlap: one is contained in another".to_owned())
    } else {
        Ok(Some(subjects))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_in_other_capitals_are_refused_as_notation_would_read_them() {
        let text = r#"{"version": "1.0", "trustPolicies": [{"name": "all", "registryScopes": ["*"],
            "signatureVerification": {"level": "strict"}, "trustStores": ["ca:x"], "trustedIdentities": ["*"]}]}"#;
        assert!(TrustPolicy::parse(text.as_bytes()).is_ok());
        for (from, to, place) in [
            (r#""name""#, r#""REGISTRYSCOPES": ["r.example/x"], "name""#, Some(0)),
            (r#""level""#, r#""Level": "skip", "level""#, Some(0)),
            (r#""level""#, r#""overr\u0131de": {}, "level""#, None),
            (r#""name""#, r#""trusted\u017ftores": [], "name""#, None),
            (r#""name""#, r#""tru\u017ftStores": [], "name""#, Some(0)),
            (r#""version""#, r#""TrustPolicies": [], "version""#, None),
        ] {
            let other = text.replacen(from, to, 1);
            let refused = TrustPolicy::parse_placed(other.as_bytes());
            let known = to.contains("0131") || to.contains("trusted\\u017ft");
            assert_eq!(refused.as_ref().err().map(|(at, _)| *at), (!known).then_some(place), "{other}");
        }
    }
}
