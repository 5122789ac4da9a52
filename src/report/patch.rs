//! The difference of two texts by lines, as a patch that `patch -p0` and `git apply -p0` take.

use std::fmt::Write;

/// Lines around a change.
const CONTEXT: usize = 3;
/// Cells of the table that is computed at most; texts that differ in more are shown as replaced.
const MOST_CELLS: usize = 1_000_000;

/// A line of the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit<'a> {
    /// In both.
    Same(&'a str),
    /// Only in the old text.
    Removed(&'a str),
    /// Only in the new text.
    Added(&'a str),
}

/// The difference of two texts by lines.
#[must_use]
pub fn edits<'a>(old: &'a str, new: &'a str) -> Vec<Edit<'a>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split('\n').collect(), new.split('\n').collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let old_rest = old_rest.get(..old_rest.len() - tail).unwrap_or_default();
    let new_rest = new_rest.get(..new_rest.len() - tail).unwrap_or_default();
    let mut out: Vec<Edit<'a>> = old.iter().take(head).map(|line| Edit::Same(line)).collect();
    between(old_rest, new_rest, &mut out);
    out.extend(old.iter().skip(old.len() - tail).map(|line| Edit::Same(line)));
    out
}

/// Longest common subsequence of what is left after the common ends.
fn between<'a>(old: &[&'a str], new: &[&'a str], out: &mut Vec<Edit<'a>>) {
    let width = new.len() + 1;
    if old.len().saturating_mul(width) > MOST_CELLS {
        out.extend(old.iter().map(|line| Edit::Removed(line)));
        out.extend(new.iter().map(|line| Edit::Added(line)));
        return;
    }
    let mut table = vec![0_u32; (old.len() + 1) * width];
    let cell = |table: &[u32], a: usize, b: usize| table.get(a * width + b).copied().unwrap_or(0);
    for (a, old_line) in old.iter().enumerate().rev() {
        for (b, new_line) in new.iter().enumerate().rev() {
            let best = if old_line == new_line {
                cell(&table, a + 1, b + 1) + 1
            } else {
                cell(&table, a + 1, b).max(cell(&table, a, b + 1))
            };
            if let Some(slot) = table.get_mut(a * width + b) {
                *slot = best;
            }
        }
    }
    let (mut a, mut b) = (0, 0);
    loop {
        match (old.get(a), new.get(b)) {
            (Some(x), Some(y)) if x == y => {
                out.push(Edit::Same(x));
                (a, b) = (a + 1, b + 1);
            }
            (Some(x), other) if other.is_none() || cell(&table, a + 1, b) >= cell(&table, a, b + 1) => {
                out.push(Edit::Removed(x));
                a += 1;
            }
            (_, Some(y)) => {
                out.push(Edit::Added(y));
                b += 1;
            }
            _ => return,
        }
    }
}

/// A unified patch of a file; empty when nothing differs.
#[must_use]
pub fn patch(path: &str, old: &str, new: &str) -> String {
    // A file that ends with a line feed has no line behind it.
    let ends = |text: &str| text.strip_suffix('\n').map(str::to_owned);
    let (old_text, new_text) = (ends(old), ends(new));
    let (old_open, new_open) = (old_text.is_none() && !old.is_empty(), new_text.is_none() && !new.is_empty());
    let (old_text, new_text) =
        (old_text.unwrap_or_else(|| old.to_owned()), new_text.unwrap_or_else(|| new.to_owned()));
    // A last line without its line feed is another line than the same with one.
    let open = |text: String, open: bool| if open { format!("{text}\u{0}") } else { text };
    let (old_text, new_text) = (open(old_text, old_open), open(new_text, new_open));
    let all: Vec<Edit<'_>> = edits(&old_text, &new_text)
        .into_iter()
        .filter(|edit| !(old.is_empty() && *edit == Edit::Removed("")))
        .collect();
    let changed: Vec<usize> =
        all.iter().enumerate().filter(|(_, edit)| !matches!(edit, Edit::Same(_))).map(|(at, _)| at).collect();
    let Some(first) = changed.first() else { return String::new() };
    let mut out = format!("--- {path}\n+++ {path}\n");
    let mut from = *first;
    let mut last = *first;
    for at in changed.iter().skip(1).copied().chain([usize::MAX]) {
        if at == usize::MAX || at - last > 2 * CONTEXT {
            hunk(&all, from.saturating_sub(CONTEXT), (last + CONTEXT + 1).min(all.len()), &mut out);
            from = at;
        }
        last = at;
    }
    out
}

fn hunk(all: &[Edit<'_>], from: usize, to: usize, out: &mut String) {
    let count = |range: &[Edit<'_>], old: bool| {
        range
            .iter()
            .filter(|edit| !matches!(edit, Edit::Added(_)) == old || matches!(edit, Edit::Same(_)))
            .count()
    };
    let (before, inside) = (all.get(..from).unwrap_or_default(), all.get(from..to).unwrap_or_default());
    let place = |old: bool| {
        let (start, length) = (count(before, old), count(inside, old));
        format!("{},{length}", if length == 0 { start } else { start + 1 })
    };
    // A String takes every write.
    let _ = writeln!(out, "@@ -{} +{} @@", place(true), place(false));
    for edit in inside {
        let (sign, line) = match edit {
            Edit::Same(line) => (' ', line),
            Edit::Removed(line) => ('-', line),
            Edit::Added(line) => ('+', line),
        };
        let _ = match line.strip_suffix('\u{0}') {
            Some(line) => writeln!(out, "{sign}{line}\n\\ No newline at end of file"),
            None => writeln!(out, "{sign}{line}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_changed_with_three_lines_around() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let new = "a\nb\nc\nd\nE\nf\ng\nh\n";
        assert_eq!(
            patch("p.yaml", old, new),
            "--- p.yaml\n+++ p.yaml\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n"
        );
        assert_eq!(patch("p", old, old), "");
        assert_eq!(patch("p", "", "x\n"), "--- p\n+++ p\n@@ -0,0 +1,1 @@\n+x\n");
        assert!(patch("p", "x\n", "x").contains("\\ No newline at end of file"));
    }
}
