//! Which policies of a draft are other than the saved ones: a text of many documents is judged anew only where it changed.

use std::collections::HashSet;

use crate::evaluate::Loaded;
use crate::model::span::Span;
use crate::model::trace::PolicyId;

/// The documents of a text with the line, counted from 1, at which each begins. Three dashes at the beginning of a line
/// end a document wherever they stand (YAML 1.2.2 section 9.1.2).
fn documents(text: &str) -> Vec<(u32, &str)> {
    let mut parts = Vec::new();
    let (mut from, mut first, mut at, mut line) = (0, 1, 0, 1);
    for piece in text.split_inclusive('\n') {
        if piece.starts_with("---") && at > from {
            parts.push((first, text.get(from..at).unwrap_or_default()));
            (from, first) = (at, line);
        }
        at += piece.len();
        line += 1;
    }
    parts.push((first, text.get(from..).unwrap_or_default()));
    parts
}

/// What a document says: the dashes before it and blanks behind it say nothing.
fn said(document: &str) -> &str {
    document.strip_prefix("---").unwrap_or(document).trim_end()
}

/// The document that something stands in.
fn of<'a>(parts: &[(u32, &'a str)], span: &Span) -> Option<&'a str> {
    parts.iter().rev().find(|(line, _)| *line <= span.start.line).map(|(_, text)| said(text))
}

fn span(loaded: &Loaded) -> &Span {
    match loaded {
        Loaded::Kyverno(policy) => &policy.span,
        Loaded::Image(policy) => &policy.span,
        Loaded::Notation(policy) => &policy.node.span,
        Loaded::Exception(exception) => &exception.span,
        Loaded::ImageException(exception) => &exception.span,
        Loaded::Unsupported { span, .. } => span,
    }
}

/// Policies whose document is the same, letter for letter, in the saved text and in the draft. A name that is there twice
/// is never the same, and neither is anything where a text has directives or ends documents by dots.
pub(super) fn unchanged(saved: (&str, &[Loaded]), draft: (&str, &[Loaded])) -> HashSet<PolicyId> {
    let plain = |text: &str| !text.lines().any(|line| line.starts_with('%') || line.starts_with("..."));
    if !plain(saved.0) || !plain(draft.0) {
        return HashSet::new();
    }
    let once = |all: &[Loaded], id: &PolicyId| all.iter().filter(|one| one.id() == id).count() == 1;
    let (before, after) = (documents(saved.0), documents(draft.0));
    let same = draft.1.iter().filter(|loaded| {
        let id = loaded.id();
        let own = saved.1.iter().find(|known| known.id() == id);
        once(saved.1, id)
            && once(draft.1, id)
            && own.is_some_and(|own| {
                let text = of(&before, span(own));
                text.is_some() && text == of(&after, span(loaded))
            })
    });
    same.map(|loaded| loaded.id().clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::load;

    fn policy(name: &str, action: &str) -> String {
        format!(
            "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: {name}}}\nspec: {{x: {action}}}\n"
        )
    }

    fn names(saved: &str, draft: &str) -> Vec<String> {
        let read = |text: &str| load(&"p.yaml".into(), text).unwrap();
        let same = unchanged((saved, &read(saved)), (draft, &read(draft)));
        let mut names: Vec<String> = same.into_iter().map(|id| id.name).collect();
        names.sort();
        names
    }

    #[test]
    fn only_the_document_that_changed_is_another() {
        let saved = format!("{}---\n{}---\n{}", policy("a", "1"), policy("b", "1"), policy("c", "1"));
        assert_eq!(names(&saved, &saved), ["a", "b", "c"]);
        assert_eq!(names(&saved, &saved.replacen("x: 1", "x: 2", 1)), ["b", "c"]);
        // A line more moves the others and leaves them as they are.
        let longer = saved.replacen("metadata: {name: b}", "metadata:\n  name: b", 1);
        assert_eq!(names(&saved, &longer), ["a", "c"]);
        assert_eq!(names(&saved, &format!("# why\n{saved}")), ["b", "c"]);
    }

    #[test]
    fn what_is_not_plain_is_another() {
        let saved = format!("{}---\n{}", policy("a", "1"), policy("a", "2"));
        assert!(names(&saved, &saved).is_empty(), "a name that is there twice");
        let one = policy("a", "1");
        assert!(names(&one, &format!("%YAML 1.2\n---\n{one}")).is_empty());
        assert_eq!(names(&one, &format!("{one}\n\n")), ["a"]);
    }
}
