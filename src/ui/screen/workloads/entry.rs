//! What a filter looks at in a workload.

use crate::analyse::workloads::{Table, Workload};
use crate::model::verdict::Verdict;
use crate::model::{Code, Moment, World};
use crate::ui::filter::Filtered;

/// A workload with the table that it stands in.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The table.
    pub table: &'a Table,
    /// The snapshot that the table is of.
    pub world: &'a World,
    /// The workload.
    pub workload: &'a Workload,
}

impl Entry<'_> {
    fn any_container(&self, with: impl Fn(&crate::analyse::workloads::Container) -> bool) -> bool {
        self.workload.containers().any(|(_, _, container)| with(container))
    }

    fn code(&self, text: &str) -> bool {
        self.any_container(|container| {
            let bad = container.results.iter().filter(|trace| trace.verdict != Verdict::Pass);
            let mut codes = bad.map(|trace| trace.code.as_str());
            let own = self.table.causes.get(container.cause).and_then(|cause| cause.code);
            codes.any(|code| contains(code, text))
                || own.map(Code::as_str).is_some_and(|code| contains(code, text))
        })
    }

    fn policy(&self, text: &str) -> bool {
        self.any_container(|one| one.results.iter().any(|trace| contains(&trace.policy.name, text)))
    }

    fn signer(&self, text: &str) -> bool {
        self.any_container(|one| {
            let signers = self.table.signers.get(one.image);
            signers.is_some_and(|signers| signers.iter().any(|signer| contains(signer, text)))
        })
    }

    fn digest(&self, text: &str) -> bool {
        self.any_container(|one| {
            one.results
                .iter()
                .filter_map(|trace| trace.digest.as_ref())
                .any(|digest| contains(digest.as_str(), text))
        })
    }
}

impl Filtered for Entry<'_> {
    fn has(&self, key: Option<&str>, text: &str) -> bool {
        let verdict = self.workload.verdict.label();
        match key {
            Some("image" | "repo") => self.any_container(|one| contains(&one.used.image, text)),
            Some("ns") => contains(&self.workload.owner.namespace, text),
            Some("by") => contains(&self.workload.label, text) || contains(&self.workload.owner.kind, text),
            Some("verdict") => contains(verdict, text),
            Some("code") => self.code(text),
            Some("policy") => self.policy(text),
            Some("rule") => {
                self.any_container(|one| one.results.iter().any(|trace| contains(&trace.rule, text)))
            }
            Some("digest") => self.digest(text),
            Some("signer") => self.signer(text),
            Some(_) => false,
            // A whole verdict word means the verdict, so that `deny` does not find an owner called deny-all.
            None if Verdict::ALL.iter().any(|known| known.label().eq_ignore_ascii_case(text)) => {
                verdict.eq_ignore_ascii_case(text)
            }
            None => {
                contains(&self.workload.label, text)
                    || self.any_container(|one| contains(&one.used.image, text))
                    || self.code(text)
                    || self.policy(text)
            }
        }
    }

    fn number(&self, key: &str, now: Moment) -> Option<i64> {
        match key {
            "pods" => i64::try_from(self.workload.weight()).ok(),
            "uses" => i64::try_from(self.workload.containers().count()).ok(),
            // The youngest of its images: what has changed last.
            "age" => {
                let images =
                    self.workload.containers().filter_map(|(_, _, one)| self.world.images.get(one.image));
                images.map(|row| now.0.saturating_sub(row.since.0).max(0)).min()
            }
            _ => None,
        }
    }
}

/// Whether a value contains a text that is in lower case, without making another value for each of ten thousand rows.
fn contains(value: &str, lower: &str) -> bool {
    if !value.is_ascii() {
        return value.to_lowercase().contains(lower);
    }
    let (value, lower) = (value.as_bytes(), lower.as_bytes());
    lower.is_empty() || value.windows(lower.len()).any(|part| part.eq_ignore_ascii_case(lower))
}

#[cfg(test)]
mod tests {
    use super::contains;

    #[test]
    fn case_does_not_matter() {
        for (value, lower, found) in [
            ("SIG-NONE", "none", true),
            ("Über", "über", true),
            ("a", "ab", false),
            ("", "", true),
            ("payments/deploy/API", "deploy/a", true),
        ] {
            assert_eq!(contains(value, lower), found, "{value} {lower}");
        }
    }
}
