//! The detail pane of a line of evidence: where it is, what was read, and the raw content.

use super::claims::readable;
use super::node::{EvidenceNode, Raw, Standing};
use crate::explain::Pair;
use crate::ui::text::wrap::wrap_line;
use crate::ui::text::{Line, Shown, width};
use crate::ui::theme::Role;
use crate::ui::widget::Branch;

/// Most lines of raw content that are made; the rest is counted.
const LINES: usize = 2_000;

/// Most lines below that are listed in the detail.
const PARTS: usize = 100;
/// Most characters of a line of raw content; the raw view has the rest.
const LINE: usize = 4_000;

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
        Standing::Remark => Role::Deny,
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
        Standing::Claim | Standing::Remark => "? ",
        Standing::Unsigned => "~ ",
    }
}

/// A line of the tree.
#[must_use]
pub fn tree_line(node: &EvidenceNode, ascii: bool) -> Line {
    let line = bare_line(node, ascii);
    if node.standing == Standing::Claim && !node.label.starts_with('/') {
        return line.with(Role::Muted, format!(" ({})", node.standing.word()));
    }
    line
}

fn bare_line(node: &EvidenceNode, ascii: bool) -> Line {
    let role = standing_role(node.standing);
    Line::of(role, standing_symbol(node.standing, ascii)).with(role, Shown::new(&node.label))
}

/// The lines as the tree widget takes them.
#[must_use]
pub fn branches(nodes: &[EvidenceNode], ascii: bool) -> Vec<Branch> {
    below(nodes, false, ascii)
}

/// Below a heading that is a claim all is claimed: the word stands where the claim begins.
fn below(nodes: &[EvidenceNode], claimed: bool, ascii: bool) -> Vec<Branch> {
    nodes
        .iter()
        .map(|node| Branch {
            id: node.id.clone(),
            line: if claimed { bare_line(node, ascii) } else { tree_line(node, ascii) },
            children: below(&node.children, node.standing == Standing::Claim, ascii),
        })
        .collect()
}

/// The rows of the detail pane.
#[must_use]
pub fn detail_rows(node: &EvidenceNode, room: usize, ascii: bool) -> Vec<Line> {
    let mut rows = wrap_line(&tree_line(node, ascii), room, 2);
    if matches!(node.standing, Standing::Claim | Standing::Remark) {
        let text = "Decoded for reading only. Nothing has verified it: whoever attached it wrote it.";
        rows.extend(wrap_line(&Line::of(Role::Audit, text), room, 0));
    }
    if !node.path.is_empty() {
        rows.extend(wrap_line(&Line::of(Role::Muted, "path ").with(Role::Code, &node.path), room, 5));
    }
    rows.push(Line::new());
    if let Some(pair) = &node.pair {
        sides(pair, room, ascii, &mut rows);
        rows.push(Line::new());
    }
    for (label, value) in &node.facts {
        let head = Line::of(Role::Muted, format!("{label}: "));
        let mut values = Shown::lines(value).into_iter();
        rows.extend(wrap_line(&head.with(Role::Text, values.next().unwrap_or_default()), room, 2));
        for more in values.take(LINES) {
            rows.extend(wrap_line(&Line::of(Role::Text, "  ").with(Role::Text, more), room, 2));
        }
    }
    rows.extend(raw_rows(node, room, ascii));
    rows
}

/// Both sides, cut so that they stay aligned, and a mark below the first difference.
fn sides(pair: &Pair, room: usize, ascii: bool, rows: &mut Vec<Line>) {
    let Some(at) = pair.first_difference else {
        for (head, role, text) in [("want ", Role::Want, &pair.want), ("have ", Role::Have, &pair.have)] {
            rows.extend(wrap_line(&Line::of(Role::Muted, head).with(role, Shown::new(text)), room, 5));
        }
        return notes(pair, room, rows);
    };
    let fitted = pair.fit(room.saturating_sub(5), if ascii { ".." } else { "…" });
    rows.push(Line::of(Role::Muted, "want ").with(Role::Want, Shown::new(&fitted.want)));
    rows.push(Line::of(Role::Muted, "have ").with(Role::Have, Shown::new(&fitted.have)));
    let mark = fitted.mark.unwrap_or(0..0);
    let before: String = fitted.have.chars().take(mark.start).collect();
    let marked: String = fitted.have.chars().skip(mark.start).take(mark.len()).collect();
    let marks = "~".repeat(width(&marked).max(1));
    rows.push(Line::of(Role::Changed, format!("     {}{marks}", " ".repeat(width(&before)))));
    rows.push(Line::of(Role::Muted, format!("first difference: character {}", at + 1)));
    notes(pair, room, rows);
}

fn notes(pair: &Pair, room: usize, rows: &mut Vec<Line>) {
    for note in &pair.notes {
        rows.extend(wrap_line(&Line::of(Role::Muted, "note: ").with(Role::Text, Shown::new(note)), room, 6));
    }
}

/// What is in a line that has nothing else to show.
fn parts(node: &EvidenceNode, room: usize, ascii: bool) -> Vec<Line> {
    let lines = node.children.iter().filter(|child| !child.noise).take(PARTS);
    lines.flat_map(|child| wrap_line(&bare_line(child, ascii), room, 2)).collect()
}

fn raw_rows(node: &EvidenceNode, room: usize, ascii: bool) -> Vec<Line> {
    let text = match &node.raw {
        Raw::None if node.facts.is_empty() && !node.children.is_empty() => return parts(node, room, ascii),
        Raw::None if node.facts.is_empty() && node.value != node.label => node.value.clone(),
        Raw::None => return Vec::new(),
        Raw::Bytes(bytes) => readable(bytes),
        Raw::Text(text) => readable(text.as_bytes()),
    };
    let mut rows = vec![Line::new(), Line::of(Role::Title, "raw")];
    let lines = text.split('\n').count();
    for line in text.split('\n').take(LINES) {
        let line = line.char_indices().nth(LINE).map_or(line, |(end, _)| line.get(..end).unwrap_or_default());
        rows.extend(wrap_line(&Line::of(Role::Text, Shown::new(line)), room, 0));
    }
    if lines > LINES {
        rows.push(Line::of(Role::Muted, format!("{} more lines", lines - LINES)));
    }
    rows
}
