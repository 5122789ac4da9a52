//! A selection in a list that is an identity, never an index: rows may change their places between picture and key.

use crate::ui::action::Move;

/// Selection and scroll position of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor<I> {
    selected: Option<I>,
    /// Where the selection stood, for when it vanishes.
    at: usize,
    /// First row in sight.
    pub offset: usize,
    /// True once the user has moved: until then the list may choose.
    pub touched: bool,
}

impl<I> Default for Cursor<I> {
    fn default() -> Self {
        Self { selected: None, at: 0, offset: 0, touched: false }
    }
}

impl<I: Clone + PartialEq> Cursor<I> {
    /// The selected identity.
    #[must_use]
    pub fn selected(&self) -> Option<&I> {
        self.selected.as_ref()
    }

    /// Where the selection stood at the last `fit`.
    #[must_use]
    pub fn index(&self) -> usize {
        self.at
    }

    /// Selects.
    pub fn select(&mut self, id: I) {
        self.selected = Some(id);
    }

    /// Finds the selection in the rows of `length`, or the row nearest to where it was, and keeps it in sight.
    pub fn fit(&mut self, length: usize, page: usize, id: impl Fn(usize) -> Option<I>) {
        if length == 0 {
            self.offset = 0;
            self.at = 0;
            return;
        }
        let stays = self.selected.is_some() && id(self.at) == self.selected;
        if !stays {
            let found = self
                .selected
                .as_ref()
                .and_then(|wanted| (0..length).find(|i| id(*i).as_ref() == Some(wanted)));
            self.at = found.unwrap_or(self.at).min(length - 1);
            self.selected = id(self.at);
        }
        self.keep_in_sight(length, page);
    }

    /// Keeps the selection in sight.
    fn keep_in_sight(&mut self, length: usize, page: usize) {
        let page = page.max(1);
        if self.at < self.offset {
            self.offset = self.at;
        }
        if self.at >= self.offset + page {
            self.offset = self.at + 1 - page;
        }
        self.offset = self.offset.min(length.saturating_sub(page));
    }

    /// Moves among rows of `length`.
    pub fn go(&mut self, step: Move, length: usize, page: usize, id: impl Fn(usize) -> Option<I>) {
        self.touched = true;
        let target = step.target(self.at, length, page);
        self.jump(target, length, page, id);
    }

    /// Selects the row at an index.
    pub fn jump(&mut self, index: usize, length: usize, page: usize, id: impl Fn(usize) -> Option<I>) {
        if length == 0 {
            return;
        }
        self.at = index.min(length - 1);
        self.selected = id(self.at);
        self.keep_in_sight(length, page);
    }

    /// Turns the wheel: scrolls, and takes the selection along at the edge.
    pub fn wheel(&mut self, down: bool, length: usize, page: usize, id: impl Fn(usize) -> Option<I>) {
        self.touched = true;
        let most = length.saturating_sub(page.max(1));
        self.offset = if down { (self.offset + 3).min(most) } else { self.offset.saturating_sub(3) };
        let last = (self.offset + page.max(1) - 1).min(length.saturating_sub(1));
        let at = self.at.clamp(self.offset.min(last), last);
        self.jump(at, length, page, id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_follows_its_row() {
        let mut cursor = Cursor::default();
        let before = ["a", "b", "c"];
        cursor.fit(3, 2, |i| before.get(i).copied());
        cursor.go(Move::Last, 3, 2, |i| before.get(i).copied());
        assert_eq!((cursor.selected(), cursor.offset), (Some(&"c"), 1));
        let after = ["c", "a", "b", "d"];
        cursor.fit(4, 2, |i| after.get(i).copied());
        assert_eq!((cursor.selected(), cursor.index(), cursor.offset), (Some(&"c"), 0, 0));
        let gone = ["a", "b", "d"];
        cursor.fit(3, 2, |i| gone.get(i).copied());
        assert_eq!(cursor.selected(), Some(&"a"));
        cursor.fit(0, 2, |_| None);
        cursor.go(Move::Down, 0, 0, |_| None);
        assert_eq!(cursor.offset, 0);
    }
}
