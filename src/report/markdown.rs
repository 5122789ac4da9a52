//! The audit as Markdown: what is pasted into an issue, a merge request or an incident's notes.

use std::fmt::Write;

use super::audit::{Summary, policy, verdict};
use super::table::place;
use crate::explain::sentence;
use crate::model::ledger::Ledger;
use crate::model::safe::line;
use crate::model::{Trace, Verdict, World};

/// The document: counts, then what is wrong, worst first; what passed is counted only.
#[must_use]
pub fn markdown(world: &World, ledger: &Ledger) -> String {
    let total = Summary::of(world);
    let mut out = String::from(
        "# Image audit\n\n| deny | error | audit | pass | no rule |\n| --: | --: | --: | --: | --: |\n",
    );
    let _ = writeln!(
        out,
        "| {} | {} | {} | {} | {} |",
        total.deny, total.error, total.audit, total.pass, total.none
    );
    let sections =
        [(Verdict::Deny, "Denied"), (Verdict::Error, "Not decided"), (Verdict::Audit, "Reported only")];
    for (wanted, title) in sections {
        let listed: Vec<&Trace> = world
            .traces
            .iter()
            .map(AsRef::as_ref)
            .filter(|trace| {
                verdict(trace) == wanted || (wanted == Verdict::Error && trace.verdict == Verdict::Waiting)
            })
            .collect();
        if listed.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n## {title}\n");
        for trace in listed {
            item(&mut out, trace, ledger.standing(world, trace).words());
        }
    }
    out
}

fn item(out: &mut String, trace: &Trace, said: Option<String>) {
    let image = if trace.image.image.is_empty() { policy(trace) } else { trace.image.image.clone() };
    let _ = writeln!(out, "- **{}** {} in {}", trace.code, code(&image), code(&place(trace)));
    let _ = writeln!(out, "  {}", escaped(&sentence(trace)));
    if let Some(digest) = &trace.digest {
        let _ = writeln!(out, "  - digest {}", code(digest.as_str()));
    }
    let at = trace.location.as_ref().map(|at| format!(" at {}", code(&at.to_string()))).unwrap_or_default();
    let _ = writeln!(out, "  - policy {}{at}", code(&format!("{}/{}", policy(trace), trace.rule)));
    if trace.draft {
        out.push_str("  - **draft**: this policy is of a file, and stands in place of the one of its name in the cluster\n");
    }
    if !trace.engine_message.is_empty() {
        let _ = writeln!(out, "  - the engine prints {}", code(&trace.engine_message));
    }
    if let Some(said) = said {
        let _ = writeln!(out, "  - {}", escaped(&said.replace('`', "'")));
    }
}

/// A code span that its content cannot leave.
fn code(text: &str) -> String {
    let text = line(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Text with the characters escaped that Markdown or HTML would act on. Our own sentences put names between backticks;
/// these stay.
fn escaped(text: &str) -> String {
    let mut quoted = false;
    line(text).chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if c == '`' {
            quoted = !quoted;
        } else if !quoted && matches!(c, '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '&') {
            out.push('\\');
        }
        out.push(c);
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_span() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b``"), "``` a`b`` ```");
        assert_eq!(code("x\n# y"), format!("`{}`", line("x\n# y")));
        assert_eq!(escaped("a <b> `c_d` e_f"), "a \\<b\\> `c_d` e\\_f");
    }
}
