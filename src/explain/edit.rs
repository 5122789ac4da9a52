//! Remedies as edits: where a policy can be changed so that this image is admitted, the change itself, as places in its
//! text. Only text is looked at here; whether the result is a policy is for the reader of policies to say.

use std::sync::Arc;

use super::nearest::nearest;
use crate::model::{Outcome, Reason, Span, Trace};

/// A piece of a policy file to be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyEdit {
    /// The file.
    pub file: Arc<str>,
    /// First byte that is replaced.
    pub from: usize,
    /// One past the last.
    pub to: usize,
    /// What stands there instead.
    pub with: String,
    /// What it is, in the policy's words.
    pub label: String,
}

/// The text of a file by lines, each with its first byte.
struct Text<'a> {
    file: &'a Arc<str>,
    lines: Vec<(usize, &'a str)>,
    /// Line that decided, counted from 0.
    at: usize,
}

/// Edits of the policy text that would admit the image, in the order of the remedies.
#[must_use]
pub fn policy_edits(trace: &Trace, text: &str) -> Vec<PolicyEdit> {
    let Some(Outcome::Failed(reason)) = trace.deciding_clause().map(|clause| &clause.outcome) else {
        return Vec::new();
    };
    let Some(span) = place(trace) else { return Vec::new() };
    let text = Text::of(&span, text);
    let near = nearest(trace).map(|nearest| nearest.outcome);
    let mut reasons = vec![reason];
    if let Some(Outcome::Failed(near)) = near.as_ref().filter(|_| matches!(reason, Reason::Threshold { .. }))
    {
        reasons.insert(0, near);
    }
    reasons.into_iter().filter_map(|reason| text.edit(reason)).collect()
}

fn place(trace: &Trace) -> Option<Span> {
    let mut found = trace.location.clone();
    trace.walk(&mut |_, clause| {
        if found.is_none() {
            found.clone_from(&clause.location);
        }
    });
    found
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '-']).len()
}

impl<'a> Text<'a> {
    fn of(span: &'a Span, text: &'a str) -> Self {
        let mut start = 0;
        let lines = text
            .split_inclusive('\n')
            .map(|line| {
                let place = (start, line.trim_end_matches(['\n', '\r']));
                start += line.len();
                place
            })
            .collect();
        let at = usize::try_from(span.start.line).unwrap_or(1).saturating_sub(1);
        Self { file: &span.file, lines, at }
    }

    fn edit(&self, reason: &Reason) -> Option<PolicyEdit> {
        match reason {
            Reason::LogAbsent { .. }
            | Reason::LogUnknown { .. }
            | Reason::LogPromise { .. }
            | Reason::LogTime { .. }
            | Reason::LogBinding { .. } => self.ignore_log(),
            Reason::Threshold { found, .. } if *found > 0 => self.count(*found),
            Reason::WrongHash { valid_under, .. } => match valid_under.as_str() {
                "SHA-224" | "SHA-256" | "SHA-384" | "SHA-512" => {
                    let name = valid_under.to_lowercase().replace('-', "");
                    self.below_keys(&format!("signatureAlgorithm: {name}"), "signatureAlgorithm")
                }
                _ => None,
            },
            Reason::OtherKind { present, .. } => {
                let bundle = present.iter().any(|kind| kind.to_lowercase().contains("bundle"));
                if bundle { self.bundle() } else { None }
            }
            _ => None,
        }
    }

    /// The nearest line at or above the deciding one that begins with this key; a list's dash may stand before it.
    fn above(&self, key: &str) -> Option<usize> {
        let begins = |line: &str| line.trim_start_matches([' ', '-']).starts_with(key);
        (0..=self.at.min(self.lines.len().saturating_sub(1)))
            .rev()
            .find(|number| self.lines.get(*number).is_some_and(|(_, line)| begins(line)))
    }

    /// The line behind `number` that begins with this key, as deep as its block's other keys.
    fn inside(&self, number: usize, depth: usize, key: &str) -> Option<usize> {
        let block = self.lines.iter().enumerate().skip(number + 1);
        block
            .take_while(|(_, (_, line))| line.trim().is_empty() || indent(line) >= depth)
            .find(|(_, (_, line))| indent(line) == depth && line.trim_start().starts_with(key))
            .map(|(number, _)| number)
    }

    /// Depth of the keys below a line.
    fn depth(&self, number: usize) -> Option<usize> {
        let (_, line) = self.lines.get(number)?;
        let below = self.lines.iter().skip(number + 1).find(|(_, line)| !line.trim().is_empty())?;
        Some(indent(below.1)).filter(|depth| *depth > indent(line) && line.trim_end().ends_with(':'))
    }

    fn insert_below(&self, number: usize, depth: usize, what: &str, label: &str) -> Option<PolicyEdit> {
        let (start, line) = self.lines.get(number)?;
        let end = start + line.len();
        let pad = " ".repeat(depth);
        let with: String = what.lines().map(|line| format!("\n{pad}{line}")).collect();
        Some(PolicyEdit { file: self.file.clone(), from: end, to: end, with, label: label.to_owned() })
    }

    fn below_keys(&self, what: &str, label: &str) -> Option<PolicyEdit> {
        let keys = self.above("keys:").or_else(|| self.above("keyless:"))?;
        let depth = self.depth(keys)?;
        if self.inside(keys, depth, what.split(':').next().unwrap_or(what)).is_some() {
            return None;
        }
        self.insert_below(keys, depth, what, label)
    }

    fn ignore_log(&self) -> Option<PolicyEdit> {
        let label = "rekor.ignoreTlog: true";
        let keys = self.above("keys:").or_else(|| self.above("keyless:"))?;
        let depth = self.depth(keys)?;
        let Some(rekor) = self.inside(keys, depth, "rekor:") else {
            return self.below_keys("rekor:\n  ignoreTlog: true", label);
        };
        let inner = self.depth(rekor)?;
        match self.inside(rekor, inner, "ignoreTlog:") {
            Some(number) => {
                let (start, line) = self.lines.get(number)?;
                let with = format!("{}ignoreTlog: true", " ".repeat(inner));
                let (from, to) = (*start, start + line.len());
                Some(PolicyEdit { file: self.file.clone(), from, to, with, label: label.to_owned() })
            }
            None => self.insert_below(rekor, inner, "ignoreTlog: true", label),
        }
    }

    fn count(&self, found: usize) -> Option<PolicyEdit> {
        let number = self.above("count:")?;
        let (start, line) = self.lines.get(number)?;
        let key = line.find("count:")? + "count:".len();
        let rest = line.get(key..)?;
        let digits = rest.trim();
        let begin = key + rest.find(digits)?;
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (from, to) = (start + begin, start + begin + digits.len());
        let label = format!("count: {found}");
        Some(PolicyEdit { file: self.file.clone(), from, to, with: found.to_string(), label })
    }

    fn bundle(&self) -> Option<PolicyEdit> {
        let number = self.above("imageReferences:")?;
        let (start, line) = self.lines.get(number)?;
        let depth = indent(line);
        let at = start + depth;
        let with = format!("type: SigstoreBundle\n{}", " ".repeat(depth));
        let label = "type: SigstoreBundle".to_owned();
        Some(PolicyEdit { file: self.file.clone(), from: at, to: at, with, label })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::span::Position;

    const POLICY: &str = "\
      verifyImages:
        - imageReferences: [\"a/*\"]
          attestors:
            - count: 2
              entries:
                - keys:
                    publicKeys: k
                    rekor:
                      pubkey: p
";

    fn tried(line: u32, reason: &Reason) -> Option<String> {
        let span = Span::at("p.yaml".into(), Position { offset: 0, line, column: 1 });
        let edit = Text::of(&span, POLICY).edit(reason)?;
        Some(format!("{}{}{}", &POLICY[..edit.from], edit.with, &POLICY[edit.to..]))
    }

    #[test]
    fn edits_stand_where_they_belong() {
        let log = tried(7, &Reason::LogAbsent { url: String::new() }).unwrap();
        assert!(
            log.contains("rekor:\n                      ignoreTlog: true\n                      pubkey: p\n"),
            "{log}"
        );
        let fewer = tried(4, &Reason::Threshold { required: 2, found: 1 }).unwrap();
        assert!(fewer.contains("- count: 1\n"), "{fewer}");
        let present = vec!["1 sigstore bundle".to_owned()];
        let bundle = tried(3, &Reason::OtherKind { wanted: String::new(), present }).unwrap();
        assert!(bundle.contains("        - type: SigstoreBundle\n          imageReferences:"), "{bundle}");
        assert_eq!(tried(4, &Reason::Threshold { required: 2, found: 0 }), None);
        assert_eq!(tried(1, &Reason::LogAbsent { url: String::new() }), None);
    }
}
