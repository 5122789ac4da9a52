//! The detail pane of a line of evidence: where it is, what was read, and the raw content.

use super::claims::readable;
use super::node::{EvidenceNode, Raw, Standing};
use crate::ui::text::wrap::wrap_line;
use crate::ui::text::{Line, Shown};
use crate::ui::theme::Role;
use crate::ui::widget::Branch;

/// Most lines of raw content that are made; the rest is counted.
const LINES: usize = 2_000;

/// The role of a standing.
#[must_use]
pub fn standing_role(standing: Standing) -> Role {
    match standing {
        Standing::Plain => Role::Text,
        Standing::Held => Role::Ok,
        Standing::Failed => Role::Deny,
        Standing::NotChecked => Role::None,
        Standing::Undecided | Standing::Gap => Role::Error,
        Standing::Claim => Role::Muted,
        Standing::Unsigned => Role::Audit,
    }
}

/// The symbol of a standing: what colour alone must not say.
#[must_use]
pub fn standing_symbol(standing: Standing, ascii: bool) -> &'static str {
    match standing {
        Standing::Plain => "",
        Standing::Held if ascii => "+ ",
        Standing::Held => "✓ ",
        Standing::Failed if ascii => "x ",
        Standing::Failed => "✗ ",
        Standing::NotChecked => "- ",
        Standing::Undecided | Standing::Gap => "! ",
        Standing::Claim => "? ",
        Standing::Unsigned => "~ ",
    }
}

/// A line of the tree.
#[must_use]
pub fn tree_line(node: &EvidenceNode, ascii: bool) -> Line {
    let role = standing_role(node.standing);
    let line = Line::of(role, standing_symbol(node.standing, ascii)).with(role, Shown::new(&node.label));
    // Below a heading that is a claim all is claimed: the word stands where the claim begins.
    if node.standing == Standing::Claim && !node.label.starts_with('/') {
        return line.with(Role::Muted, format!(" ({})", node.standing.word()));
    }
    line
}

/// The lines as the tree widget takes them.
#[must_use]
pub fn branches(nodes: &[EvidenceNode], ascii: bool) -> Vec<Branch> {
    nodes
        .iter()
        .map(|node| Branch {
            id: node.id.clone(),
            line: tree_line(node, ascii),
            children: branches(&node.children, ascii),
        })
        .collect()
}

/// The rows of the detail pane.
#[must_use]
pub fn detail_rows(node: &EvidenceNode, room: usize, ascii: bool) -> Vec<Line> {
    let mut rows = wrap_line(&tree_line(node, ascii), room, 2);
    if node.standing == Standing::Claim {
        let text = "Decoded for reading only. Nothing has verified it: whoever attached it wrote it.";
        rows.extend(wrap_line(&Line::of(Role::Audit, text), room, 0));
    }
    if !node.path.is_empty() {
        rows.extend(wrap_line(&Line::of(Role::Muted, "path ").with(Role::Code, &node.path), room, 5));
    }
    rows.push(Line::new());
    for (label, value) in &node.facts {
        let head = Line::of(Role::Muted, format!("{label}: "));
        let mut values = Shown::lines(value).into_iter();
        rows.extend(wrap_line(&head.with(Role::Text, values.next().unwrap_or_default()), room, 2));
        for more in values.take(LINES) {
            rows.extend(wrap_line(&Line::of(Role::Text, "  ").with(Role::Text, more), room, 2));
        }
    }
    rows.extend(raw_rows(node, room));
    rows
}

fn raw_rows(node: &EvidenceNode, room: usize) -> Vec<Line> {
    let text = match &node.raw {
        Raw::None if node.facts.is_empty() && node.value != node.label => node.value.clone(),
        Raw::None => return Vec::new(),
        Raw::Bytes(bytes) => readable(bytes),
        Raw::Text(text) => readable(text.as_bytes()),
    };
    let mut rows = vec![Line::new(), Line::of(Role::Title, "raw")];
    let lines = text.split('\n').count();
    for line in text.split('\n').take(LINES) {
        rows.extend(wrap_line(&Line::of(Role::Text, Shown::new(line)), room, 0));
    }
    if lines > LINES {
        rows.push(Line::of(Role::Muted, format!("{} more lines", lines - LINES)));
    }
    rows
}
