//! Text drawn as a tree.

use std::fmt::Write;

use super::ink::Ink;

/// A line with the lines below it. The text must be safe to print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branch {
    /// The line.
    pub text: String,
    /// What hangs below.
    pub children: Vec<Branch>,
}

impl Branch {
    /// A line with nothing below.
    #[must_use]
    pub fn leaf(text: impl Into<String>) -> Self {
        Self { text: text.into(), children: Vec::new() }
    }

    /// The tree, the root at the left margin.
    #[must_use]
    pub fn draw(&self, ink: Ink) -> String {
        let mut out = format!("{}\n", self.text);
        below(&mut out, &self.children, "", ink);
        out
    }
}

/// Draws branches that have no root of their own.
#[must_use]
pub fn forest(branches: &[Branch], ink: Ink) -> String {
    let mut out = String::new();
    below(&mut out, branches, "", ink);
    out
}

fn below(out: &mut String, children: &[Branch], prefix: &str, ink: Ink) {
    let (branch, last, continued, nothing) = ink.branches();
    for (index, child) in children.iter().enumerate() {
        let is_last = index + 1 == children.len();
        let _ = writeln!(out, "{prefix}{}{}", if is_last { last } else { branch }, child.text);
        let deeper = format!("{prefix}{}", if is_last { nothing } else { continued });
        below(out, &child.children, &deeper, ink);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_in_both_sets() {
        let inner = Branch { text: "b".into(), children: vec![Branch::leaf("c")] };
        let tree = Branch { text: "a".into(), children: vec![inner, Branch::leaf("d")] };
        assert_eq!(tree.draw(Ink::default()), "a\n├─ b\n│  └─ c\n└─ d\n");
        assert_eq!(tree.draw(Ink { color: false, ascii: true }), "a\n|- b\n|  `- c\n`- d\n");
    }
}
