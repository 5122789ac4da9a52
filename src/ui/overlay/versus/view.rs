//! Draws the comparison of two policies.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::state::{VersusPane, label};
use crate::analyse::{Agreement, Versus};
use crate::ui::detail::verdict_words;
use crate::ui::layout::{PaneId, inside};
use crate::ui::part::At;
use crate::ui::text::width::{end, middle, pad};
use crate::ui::text::{Line, Shown, wrap::wrap};
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::paint::{clear, ground, paint};
use crate::ui::widget::{Frame, Scroll};

/// Columns of both verdicts.
const VERDICTS: usize = 19;

/// Draws both panes.
pub(super) fn draw(pane: &VersusPane, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
    clear(at.area, out);
    let panes = pane.panes(at.area);
    if let Some(area) = panes.list {
        list(pane, area, out, ink);
    }
    if let Some(area) = panes.detail {
        detail(pane, area, out, ink);
    }
}

fn list(pane: &VersusPane, area: Rect, out: &mut Buffer, ink: &Ink) {
    let focused = pane.split.focus == PaneId::List;
    let [agree, disagree, undecided] = pane.counts;
    let remark = Line::of(if disagree > 0 { Role::Deny } else { Role::Ok }, format!("{disagree} disagree"))
        .with(Role::Muted, format!(" · {undecided} undecided · {agree} agree"));
    let foot = Line::of(Role::Muted, if pane.all { "all images (.)" } else { "what agrees is hidden (.)" });
    let title = Line::of(Role::Title, "Compare");
    let inner = Frame::titled(title, focused).remark(remark).foot(foot).draw(area, out, ink);
    if inner.is_empty() {
        return;
    }
    if pane.rows.is_empty() {
        let text = match agree {
            0 => "Neither policy is about any image here. < and > take other policies.".to_owned(),
            count => format!("Both come to the same verdict about all {count} images."),
        };
        let lines = wrap(Role::Muted, &Shown::new(&text), usize::from(inner.width), 0);
        Scroll::default().draw(&lines, inner, out, ink);
        return;
    }
    let row = |y: u16| Rect { y, height: 1, ..inner };
    let room = usize::from(inner.width).saturating_sub(VERDICTS + 1);
    let head = format!("{:<10}{:<10}IMAGE", "OLD", "NEW");
    paint(&Line::of(Role::Muted, head), row(inner.y), ink.glyphs.dots, out);
    let shown = pane.rows.iter().enumerate().skip(pane.cursor.offset);
    for ((index, item), y) in shown.zip(inner.y + 1..inner.bottom()) {
        paint(&line(item, room, ink), row(y), ink.glyphs.dots, out);
        if index == pane.cursor.index() {
            ground(Role::Selection, row(y), focused, out);
        }
    }
}

fn line(item: &Versus, room: usize, ink: &Ink) -> Line {
    let arrow = match item.agreement() {
        Agreement::Agree => " = ",
        Agreement::Disagree => " → ",
        Agreement::Undecided => " ? ",
    };
    let mut line = verdict_words(item.old.verdict, ink.glyphs);
    line.push(Role::Muted, arrow);
    line.extend(verdict_words(item.new.verdict, ink.glyphs));
    let mut line = line.padded(VERDICTS);
    line.push(Role::Text, " ");
    let dots = ink.glyphs.dots;
    let image = room.saturating_sub(if room > 60 { 26 } else { 0 });
    line.push(Role::Text, pad(&middle(&Shown::new(&item.image.image), image, dots), image, dots));
    if image < room {
        let rest = format!(" {}", item.resource);
        line.push(Role::Muted, end(&Shown::new(&rest), room - image, dots));
    }
    line
}

fn detail(pane: &VersusPane, area: Rect, out: &mut Buffer, ink: &Ink) {
    let focused = pane.split.focus == PaneId::Detail;
    let room = usize::from(inside(area).width.saturating_sub(4));
    let name = pane.row().map_or_else(
        || format!("{} … {}", label(&pane.old), label(&pane.new)),
        |row| row.image.image.clone(),
    );
    let title = Line::of(Role::Title, middle(&Shown::new(&name), room, ink.glyphs.dots));
    let foot = pane.scroll.place(pane.lines.len(), usize::from(inside(area).height));
    let inner = Frame::titled(title, focused).foot(foot).draw(area, out, ink);
    pane.scroll.draw(&pane.lines, inner, out, ink);
}
