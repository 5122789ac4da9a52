//! The columns of the list: which fit, how wide they are, and one row in them.

use super::rows::Row;
use crate::model::verdict::Verdict;
use crate::ui::detail::verdict_words;
use crate::ui::text::width::{end, middle, pad, width};
use crate::ui::text::{Line, Shown};
use crate::ui::theme::{Glyphs, Role};

/// Mark, fold and verdict.
const LEAD: usize = 14;

/// Widths of the columns behind the verdict; 0: left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// Image.
    pub image: usize,
    /// Digest.
    pub digest: usize,
    /// Code.
    pub code: usize,
    /// Policy and rule.
    pub policy: usize,
    /// Uses.
    pub uses: usize,
}

impl Columns {
    /// The columns for a pane of `room` columns. Where there is no room they are dropped in a fixed order (uses, policy,
    /// digest), never the verdict and the image.
    #[must_use]
    pub fn fit(room: usize, rows: &[Row], wide: bool) -> Self {
        let images = || rows.iter().filter(|row| row.id.image.is_some());
        let longest = |of: fn(&Row) -> usize| images().map(of).max().unwrap_or(0);
        let mut left = room.saturating_sub(LEAD);
        let mut take = |least: usize, wanted: usize| {
            let got = if left > least { wanted.min(left - 1) } else { 0 };
            left -= if got > 0 { got + 1 } else { 0 };
            got
        };
        let code = longest(|row| row.code.map_or(0, |code| code.as_str().len()));
        let code = take(0, code);
        let name =
            longest(|row| width(Shown::from(&row.name).as_str()) + 2 * usize::from(row.id.trace.is_some()));
        let image = take(0, name.max(8));
        let digest = if wide { take(72, 72) } else { 0 };
        let digest = if digest > 0 { digest } else { take(13, 13) };
        let policy = match longest(|row| width(&row.policy)) {
            0 => 0,
            wanted => take(12, wanted.clamp(12, 70)),
        };
        let uses = if images().any(|row| row.uses > 1) { take(6, 6) } else { 0 };
        Self { image, digest, code, policy, uses }
    }

    /// The headings.
    #[must_use]
    pub fn head(self) -> Line {
        let mut line = Line::of(Role::Muted, format!("{:LEAD$}", "     VERDICT"));
        let columns = [
            (self.image, "IMAGE"),
            (self.digest, "DIGEST"),
            (self.code, "CODE"),
            (self.policy, "POLICY/RULE"),
        ];
        for (room, title) in columns.into_iter().filter(|(room, _)| *room > 0) {
            line.push(Role::Muted, pad(&Shown::new(title), room, ""));
            line.push(Role::Muted, " ");
        }
        if self.uses > 0 {
            line.push(Role::Muted, "  USES");
        }
        line
    }

    /// A row.
    #[must_use]
    pub fn row(self, row: &Row, marked: bool, glyphs: Glyphs) -> Line {
        let dots = glyphs.dots;
        let mut line = self.lead(row, marked, glyphs);
        if row.id.image.is_none() {
            line.push(Role::Title, Shown::from(&row.name));
            line.push(Role::Muted, format!("  {}", row.policy));
            return line;
        }
        let indent = if row.id.trace.is_some() { "  " } else { "" };
        let name = Shown::new(&format!("{indent}{}", row.name));
        line.push(Role::Text, pad(&middle(&name, self.image, dots), self.image, dots));
        line.push(Role::Text, " ");
        if self.digest > 0 {
            // The first characters are what people compare; the algorithm is the same in every row.
            let digest = if self.digest >= row.digest.len() {
                row.digest.as_str()
            } else {
                row.digest.strip_prefix("sha256:").and_then(|hex| hex.get(..12)).unwrap_or(&row.digest)
            };
            line.push(Role::Muted, pad(&end(&Shown::new(digest), self.digest, dots), self.digest, dots));
            line.push(Role::Text, " ");
        }
        if self.code > 0 {
            let code = row.code.map_or("", |code| code.as_str());
            line.push(Role::Code, pad(&Shown::new(code), self.code, dots));
            line.push(Role::Text, " ");
        }
        if self.policy > 0 {
            line.push(Role::Text, pad(&end(&Shown::new(&row.policy), self.policy, dots), self.policy, dots));
            line.push(Role::Text, " ");
        }
        if self.uses > 0 && row.uses > 0 {
            line.push(Role::Muted, format!("{:6}", row.uses));
        }
        line
    }

    fn lead(self, row: &Row, marked: bool, glyphs: Glyphs) -> Line {
        let mark = if marked { "●" } else { " " };
        let fold = match (row.below, row.open) {
            (0, _) => " ",
            (_, true) => "▾",
            (_, false) => "▸",
        };
        let indent = if row.id.image.is_none() { "" } else { "  " };
        let mut line = Line::of(Role::Mark, mark).with(Role::Muted, format!("{indent}{fold} "));
        if row.id.image.is_none() {
            // Groups stand out by their own place, so that counts of verdicts are not read as one.
            let role = crate::ui::detail::verdict_role(row.verdict);
            let symbol = crate::explain::verdict_symbol(row.verdict, glyphs.ascii);
            line.push(role, if row.verdict == Verdict::None { "-" } else { symbol });
            line.push(Role::Text, " ");
            return line;
        }
        line.extend(verdict_words(row.verdict, glyphs));
        line.padded(LEAD)
    }
}
