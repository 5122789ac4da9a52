//! Where everything is drawn: pure functions of model and size, so that the view draws and the mouse looks up the same.

use ratatui::layout::Rect;

use super::model::Model;

/// The least size in which screens are drawn.
pub const LEAST: (u16, u16) = (60, 16);
/// From this width a detail stands beside the list.
const BESIDE: u16 = 100;
/// From this width three panes stand side by side.
const THREE: u16 = 160;

/// The regions of the whole terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Regions {
    /// The whole.
    pub whole: Rect,
    /// True when the terminal is too small for anything but a message.
    pub small: bool,
    /// Title, counts and tabs: two or three rows.
    pub header: Rect,
    /// Screen or overlay.
    pub body: Rect,
    /// Path of screens and notices.
    pub crumbs: Rect,
    /// Keys.
    pub hints: Rect,
}

/// The regions for the present size.
#[must_use]
pub fn regions(model: &Model) -> Regions {
    of(model.area)
}

/// The regions of a size.
#[must_use]
pub fn of(whole: Rect) -> Regions {
    if whole.width < LEAST.0 || whole.height < LEAST.1 {
        return Regions { whole, small: true, body: whole, ..Regions::default() };
    }
    let head = if whole.height >= 30 { 3 } else { 2 };
    let row = |y: u16, height: u16| Rect { x: whole.x, y: whole.y + y, width: whole.width, height };
    Regions {
        whole,
        small: false,
        header: row(0, head),
        body: row(head, whole.height - head - 2),
        crumbs: row(whole.height - 2, 1),
        hints: row(whole.height - 1, 1),
    }
}

/// The panes of a screen, borders included; a pane that does not fit is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Panes {
    /// List or tree.
    pub list: Option<Rect>,
    /// Detail or text.
    pub detail: Option<Rect>,
    /// Evidence.
    pub tree: Option<Rect>,
}

/// Which pane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PaneId {
    /// List or tree.
    #[default]
    List,
    /// Detail or text.
    Detail,
    /// Evidence.
    Tree,
}

/// How a screen's panes are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// The pane that takes the keys.
    pub focus: PaneId,
    /// True when it is shown alone.
    pub full: bool,
}

impl Panes {
    /// The pane's place.
    #[must_use]
    pub fn of(&self, pane: PaneId) -> Option<Rect> {
        match pane {
            PaneId::List => self.list,
            PaneId::Detail => self.detail,
            PaneId::Tree => self.tree,
        }
    }

    /// The pane at a position.
    #[must_use]
    pub fn hit(&self, position: ratatui::layout::Position) -> Option<PaneId> {
        [PaneId::List, PaneId::Detail, PaneId::Tree]
            .into_iter()
            .find(|pane| self.of(*pane).is_some_and(|area| area.contains(position)))
    }
}

/// List, detail and evidence tree.
#[must_use]
pub fn three_panes(area: Rect, split: Split) -> Panes {
    if split.full {
        return alone(area, split.focus);
    }
    if area.width >= THREE {
        let list = area.width * 45 / 100;
        let rest = area.width - list;
        let detail = rest / 2;
        let (left, right) = beside(area, list);
        let (middle, last) = beside(right, detail);
        return Panes { list: Some(left), detail: Some(middle), tree: Some(last) };
    }
    if area.width >= BESIDE {
        let (left, right) = beside(area, area.width * 58 / 100);
        let detail = (right.height / 2).clamp(8, 14).min(right.height);
        let (up, down) = stacked(right, detail);
        let tree = (down.height >= 5).then_some(down);
        return Panes { list: Some(left), detail: Some(if tree.is_some() { up } else { right }), tree };
    }
    narrow(area, split, 7)
}

/// The same for a list that was asked to be wide: where three panes do not fit beside each other it has all columns.
#[must_use]
pub fn wide_panes(area: Rect, split: Split) -> Panes {
    if split.full || area.width >= THREE { three_panes(area, split) } else { narrow(area, split, 7) }
}

/// List and one wide pane beside it.
#[must_use]
pub fn two_panes(area: Rect, split: Split, list_part: u16) -> Panes {
    if split.full {
        return alone(area, split.focus);
    }
    if area.width >= BESIDE {
        let (left, right) = beside(area, area.width * list_part / 100);
        return Panes { list: Some(left), detail: Some(right), tree: None };
    }
    narrow(area, split, (area.height / 2).max(6))
}

/// One column: the list with a short detail below it; another focused pane takes all.
fn narrow(area: Rect, split: Split, below: u16) -> Panes {
    if split.focus != PaneId::List {
        return alone(area, split.focus);
    }
    if area.height < below + 6 {
        return Panes { list: Some(area), ..Panes::default() };
    }
    let (up, down) = stacked(area, area.height - below);
    Panes { list: Some(up), detail: Some(down), tree: None }
}

fn alone(area: Rect, focus: PaneId) -> Panes {
    let shown = Some(area);
    match focus {
        PaneId::List => Panes { list: shown, ..Panes::default() },
        PaneId::Detail => Panes { detail: shown, ..Panes::default() },
        PaneId::Tree => Panes { tree: shown, ..Panes::default() },
    }
}

/// Left part of `width` columns, and the rest.
#[must_use]
pub fn beside(area: Rect, width: u16) -> (Rect, Rect) {
    let width = width.min(area.width);
    (Rect { width, ..area }, Rect { x: area.x + width, width: area.width - width, ..area })
}

/// Upper part of `height` rows, and the rest.
#[must_use]
pub fn stacked(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    (Rect { height, ..area }, Rect { y: area.y + height, height: area.height - height, ..area })
}

/// A box of at most this size in the middle.
#[must_use]
pub fn middle(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// What is inside a border.
#[must_use]
pub fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x + u16::from(area.width > 0),
        y: area.y + u16::from(area.height > 0),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}
