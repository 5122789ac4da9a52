//! Policies out of evidence: the narrowest that images pass, and the steps by which it can be widened.

use super::workflow::Workflow;

/// Who signed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// A key, as PEM.
    Key(String),
    /// The holder of a name.
    Name {
        /// The name in the certificate.
        subject: String,
        /// Who vouched for it.
        issuer: String,
    },
}

/// In which form something is signed: what Kyverno calls its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Form {
    /// A sigstore bundle.
    Bundle,
    /// cosign's own form, at a tag.
    Classic,
}

/// Something that hangs on an image and could be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Offer {
    /// Its form.
    pub form: Form,
    /// Who signed it.
    pub by: By,
    /// A log is asked for its entry.
    pub logged: bool,
    /// Predicate type of an attestation; `None`: a signature.
    pub predicate: Option<String>,
}

/// What is asked of the images of one repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Patterns of the images: globs of Kyverno.
    pub references: Vec<String>,
    /// Signatures, one of which must be there.
    pub signatures: Vec<Offer>,
    /// Attestations, one of each type must be there.
    pub attestations: Vec<Offer>,
}

/// The kind of policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `ClusterPolicy`.
    Cluster,
    /// `ImageValidatingPolicy`.
    ImageValidating,
}

/// How far names are generalised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Not at all: this workflow at this ref, this account.
    Ref,
    /// Any ref of the workflow.
    Workflow,
    /// Any workflow of the repository.
    Repository,
    /// Any repository of the owner, any account of the domain.
    Owner,
}

impl Step {
    /// From the narrowest on.
    pub const ALL: [Self; 4] = [Self::Ref, Self::Workflow, Self::Repository, Self::Owner];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ref => "ref",
            Self::Workflow => "workflow",
            Self::Repository => "repository",
            Self::Owner => "owner",
        }
    }
}

/// A text as YAML takes it on one line, whatever is in it: JSON is YAML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A text as a regular expression that matches it alone.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        if "\\.+*?()|[]{}^$".contains(c) {
            out.push('\\');
        }
        out.push(c);
        out
    })
}

/// The field and its value that ask for a subject; both ends of an expression are held.
fn subject(subject: &str, step: Step) -> (&'static str, String) {
    let wide = match (Workflow::read(subject), subject.rsplit_once('@')) {
        (Some(of), _) => {
            let project = escaped(&format!("{}{}", of.host, of.project()));
            match step {
                Step::Ref => None,
                Step::Workflow => {
                    Some(format!("{project}{}@.+", escaped(&format!("{}{}", of.separator, of.file))))
                }
                Step::Repository => Some(format!("{project}/.+")),
                Step::Owner => Some(format!("{}/.+", escaped(&format!("{}{}", of.host, of.owner)))),
            }
        }
        (None, Some((_, domain))) if step == Step::Owner && !subject.contains('/') => {
            Some(format!("[^@]+@{}", escaped(domain)))
        }
        _ => None,
    };
    match wide {
        Some(expression) => ("subjectRegExp", format!("^{expression}$")),
        // Type Cosign takes a subject for a pattern.
        None if subject.contains(['*', '?']) => ("subjectRegExp", format!("^{}$", escaped(subject))),
        None => ("subject", subject.to_owned()),
    }
}

/// Lines of a text behind so many blanks.
fn indented(text: &str, blanks: usize) -> String {
    text.trim().lines().map(|line| format!("{}{}\n", " ".repeat(blanks), line.trim_end())).collect()
}

/// The policy that asks for this.
#[must_use]
pub fn policy(name: &str, asked: &Asked, kind: Kind, step: Step) -> String {
    match kind {
        Kind::Cluster => cluster(name, asked, step),
        Kind::ImageValidating => image_validating(name, asked, step),
    }
}

fn cluster(name: &str, asked: &Asked, step: Step) -> String {
    let mut out = format!(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata:\n  name: {}\nspec:\n  \
         validationFailureAction: Enforce\n  background: false\n  webhookTimeoutSeconds: 30\n  rules:\n    \
         - name: signed\n      match:\n        any:\n          - resources:\n              kinds:\n                \
         - Pod\n      verifyImages:\n",
        quoted(name)
    );
    for form in [Form::Bundle, Form::Classic] {
        let of = |offer: &&Offer| offer.form == form;
        let signatures: Vec<&Offer> = asked.signatures.iter().filter(of).collect();
        let attestations: Vec<&Offer> = asked.attestations.iter().filter(of).collect();
        if signatures.is_empty() && attestations.is_empty() {
            continue;
        }
        out.push_str("        - imageReferences:\n");
        for reference in &asked.references {
            out.push_str(&format!("            - {}\n", quoted(reference)));
        }
        if form == Form::Bundle {
            out.push_str("          type: SigstoreBundle\n");
        }
        if !signatures.is_empty() {
            out.push_str("          attestors:\n            - count: 1\n              entries:\n");
            signatures.iter().for_each(|offer| out.push_str(&entry(offer, step, 16)));
        }
        if !attestations.is_empty() {
            out.push_str("          attestations:\n");
        }
        for predicate in predicates(&attestations) {
            out.push_str(&format!("            - type: {}\n", quoted(predicate)));
            out.push_str(
                "              attestors:\n                - count: 1\n                  entries:\n",
            );
            let own = attestations.iter().filter(|offer| offer.predicate.as_deref() == Some(predicate));
            own.for_each(|offer| out.push_str(&entry(offer, step, 20)));
        }
    }
    out
}

/// The types among attestations, each once.
fn predicates<'a>(attestations: &[&'a Offer]) -> Vec<&'a str> {
    let mut all: Vec<&str> = attestations.iter().filter_map(|offer| offer.predicate.as_deref()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// One entry of an attestor set.
fn entry(offer: &Offer, step: Step, blanks: usize) -> String {
    let pad = " ".repeat(blanks);
    let mut out = match &offer.by {
        By::Key(pem) => format!("{pad}- keys:\n{pad}    publicKeys: |-\n{}", indented(pem, blanks + 6)),
        By::Name { subject: name, issuer } => {
            let (field, value) = subject(name, step);
            format!(
                "{pad}- keyless:\n{pad}    {field}: {}\n{pad}    issuer: {}\n",
                quoted(&value),
                quoted(issuer)
            )
        }
    };
    out.push_str(&format!("{pad}    rekor:\n{pad}      url: https://rekor.sigstore.dev\n"));
    if !offer.logged {
        out.push_str(&format!("{pad}      ignoreTlog: true\n{pad}    ctlog:\n{pad}      ignoreSCT: true\n"));
    }
    out
}

fn image_validating(name: &str, asked: &Asked, step: Step) -> String {
    let mut out = format!(
        "apiVersion: policies.kyverno.io/v1\nkind: ImageValidatingPolicy\nmetadata:\n  name: {}\nspec:\n  \
         failurePolicy: Fail\n  validationActions: [Deny]\n  validationConfigurations:\n    mutateDigest: false\n    \
         verifyDigest: false\n    required: false\n  matchConstraints:\n    resourceRules:\n      \
         - apiGroups: [\"\"]\n        apiVersions: [\"v1\"]\n        operations: [\"CREATE\", \"UPDATE\"]\n        \
         resources: [\"pods\"]\n  matchImageReferences:\n",
        quoted(name)
    );
    for reference in &asked.references {
        out.push_str(&format!("    - glob: {}\n", quoted(reference)));
    }
    out.push_str("  attestors:\n");
    let offers: Vec<&Offer> = asked.signatures.iter().chain(&asked.attestations).collect();
    // One attestor for each signer, whatever it signed.
    let mut signers: Vec<&Offer> = Vec::new();
    for offer in &offers {
        if !signers.iter().any(|known| same_signer(known, offer)) {
            signers.push(offer);
        }
    }
    for (number, offer) in signers.iter().enumerate() {
        out.push_str(&attestor(offer, number, step));
    }
    let attestations: Vec<&Offer> = asked.attestations.iter().collect();
    let predicates = predicates(&attestations);
    if !predicates.is_empty() {
        out.push_str("  attestations:\n");
    }
    for (number, predicate) in predicates.iter().enumerate() {
        out.push_str(&format!(
            "    - name: statement{number}\n      intoto:\n        type: {}\n",
            quoted(predicate)
        ));
    }
    out.push_str("  validations:\n");
    let named = |wanted: &dyn Fn(&Offer) -> bool| -> String {
        let own = |signer: &Offer| offers.iter().any(|offer| wanted(offer) && same_signer(signer, offer));
        let named = signers.iter().enumerate().filter(|(_, signer)| own(signer));
        named.map(|(number, _)| format!("attestors.signer{number}")).collect::<Vec<_>>().join(", ")
    };
    let mut validation = |call: &str, message: &str| {
        out.push_str(&format!(
            "    - expression: >-\n        images.containers.map(image, {call}).all(e, e > 0)\n      message: {message}\n"
        ));
    };
    if !asked.signatures.is_empty() {
        let by = named(&|offer| offer.predicate.is_none());
        validation(
            &format!("verifyImageSignatures(image, [{by}])"),
            "image is not signed by whom this policy names",
        );
    }
    for (number, predicate) in predicates.iter().enumerate() {
        let by = named(&|offer| offer.predicate.as_deref() == Some(*predicate));
        validation(
            &format!("verifyAttestationSignatures(image, attestations.statement{number}, [{by}])"),
            "an attestation is missing, or is not signed by whom this policy names",
        );
    }
    out
}

fn same_signer(one: &Offer, other: &Offer) -> bool {
    one.by == other.by && one.logged == other.logged
}

/// One attestor of an ImageValidatingPolicy.
fn attestor(offer: &Offer, number: usize, step: Step) -> String {
    let mut out = format!("    - name: signer{number}\n      cosign:\n");
    match &offer.by {
        By::Key(pem) => {
            out.push_str(&format!("        key:\n          data: |\n{}", indented(pem, 12)));
        }
        By::Name { subject: name, issuer } => {
            let (field, value) = subject(name, step);
            out.push_str(&format!(
                "        keyless:\n          identities:\n            - issuer: {}\n              {field}: {}\n",
                quoted(issuer),
                quoted(&value)
            ));
        }
    }
    if offer.logged {
        out.push_str("        ctlog:\n          url: https://rekor.sigstore.dev\n");
    } else {
        out.push_str(
            "        ctlog:\n          insecureIgnoreTlog: true\n          insecureIgnoreSCT: true\n",
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_wider_and_held_at_both_ends() {
        let name = "https://github.com/acme/pay.x/.github/workflows/release.yml@refs/tags/v1";
        assert_eq!(subject(name, Step::Ref), ("subject", name.to_owned()));
        let value = |step| subject(name, step).1;
        assert_eq!(
            value(Step::Workflow),
            r"^https://github\.com/acme/pay\.x/\.github/workflows/release\.yml@.+$"
        );
        assert_eq!(value(Step::Repository), r"^https://github\.com/acme/pay\.x/.+$");
        assert_eq!(value(Step::Owner), r"^https://github\.com/acme/.+$");
        assert_eq!(subject("me@acme.example", Step::Repository).1, "me@acme.example");
        assert_eq!(subject("me@acme.example", Step::Owner).1, r"^[^@]+@acme\.example$");
        assert_eq!(subject("a*b", Step::Ref), ("subjectRegExp", r"^a\*b$".to_owned()));
    }
}
