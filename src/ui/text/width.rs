//! How many columns a text takes, and cutting it to fewer.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::safe::Shown;

/// Columns of a text.
#[must_use]
pub fn width(text: &str) -> usize {
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// Cuts a text at its end to `room` columns; what was cut is marked by `dots`.
#[must_use]
pub fn end(text: &Shown, room: usize, dots: &str) -> Shown {
    if width(text.as_str()) <= room {
        return text.clone();
    }
    let mut out = take(text.as_str().graphemes(true), room.saturating_sub(width(dots)));
    out.push_str(take(dots.graphemes(true), room).as_str());
    Shown::part(out)
}

/// Cuts a text in its middle to `room` columns: for digests and paths, whose ends tell them apart.
#[must_use]
pub fn middle(text: &Shown, room: usize, dots: &str) -> Shown {
    if width(text.as_str()) <= room {
        return text.clone();
    }
    let left = room.saturating_sub(width(dots));
    if left < 2 {
        return end(text, room, dots);
    }
    let (head, tail) = (left.div_ceil(2), left / 2);
    let start = take(text.as_str().graphemes(true), head);
    let reversed: Vec<&str> = text.as_str().graphemes(true).rev().collect();
    let mut used = 0;
    let back: Vec<&str> = reversed
        .into_iter()
        .take_while(|cluster| {
            used += cluster.width();
            used <= tail
        })
        .collect();
    let finish: String = back.into_iter().rev().collect();
    Shown::part(format!("{start}{dots}{finish}"))
}

/// A text filled with blanks, or cut, to exactly `room` columns.
#[must_use]
pub fn pad(text: &Shown, room: usize, dots: &str) -> Shown {
    let cut = end(text, room, dots);
    let gap = room.saturating_sub(width(cut.as_str()));
    Shown::part(format!("{cut}{}", " ".repeat(gap)))
}

/// The longest beginning that takes at most `room` columns.
pub(super) fn take<'a>(clusters: impl Iterator<Item = &'a str>, room: usize) -> String {
    let mut used = 0;
    clusters
        .take_while(|cluster| {
            used += cluster.width();
            used <= room
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_at_clusters() {
        let text = Shown::new("sha256:0123456789abcdef");
        assert_eq!(middle(&text, 12, "…").as_str(), "sha256…bcdef");
        assert_eq!(end(&text, 8, "…").as_str(), "sha256:…");
        assert_eq!(end(&Shown::new("漢字漢字"), 5, "…").as_str(), "漢字…");
        assert_eq!(end(&Shown::new("漢字漢字"), 4, "…").as_str(), "漢…");
        assert_eq!(end(&text, 1, "...").as_str(), ".");
        assert_eq!(end(&text, 0, "…").as_str(), "");
        assert_eq!(pad(&Shown::new("é"), 3, "…").as_str(), "é  ");
        for room in 0..30 {
            assert!(width(middle(&text, room, "..").as_str()) <= room);
        }
    }
}
