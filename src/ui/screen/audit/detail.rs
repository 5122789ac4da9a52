//! The selected finding in lines: how it stands, what decided, what binds an acknowledgement.

use crate::model::ledger::{Standing, policy_hash};
use crate::model::{Trace, World};
use crate::ui::detail::trace_lines;
use crate::ui::part::At;
use crate::ui::text::wrap::wrap_line;
use crate::ui::text::{Line, Shown};
use crate::ui::theme::Role;

/// The lines, broken to `room` columns.
#[must_use]
pub fn lines(at: &At<'_>, trace: &Trace, room: usize) -> Vec<Line> {
    let mut out = trace_lines(at.world, trace, room, at.glyphs);
    out.push(Line::new());
    let standing = at.ledger.standing(at.world, trace);
    let role = match standing {
        Standing::Open => Role::Muted,
        Standing::Holds(_) => Role::Ok,
        Standing::Lapsed(..) => Role::Audit,
    };
    let words = standing.words().unwrap_or_else(|| "open: A acknowledges it with a note".to_owned());
    out.extend(wrap_line(&Line::of(role, Shown::new(&words)), room, 2));
    out.push(Line::new());
    out.push(Line::of(Role::Title, "an acknowledgement is bound to"));
    for (name, value) in bonds(at.world, trace) {
        out.extend(wrap_line(
            &Line::of(Role::Muted, format!("  {name:<8}")).with(Role::Text, value),
            room,
            10,
        ));
    }
    let used = at.world.image(&trace.image.image).map_or(0, |row| row.uses.len());
    out.push(Line::of(Role::Muted, format!("and holds wherever the image is used ({used} here)")));
    out
}

fn bonds(world: &World, trace: &Trace) -> [(&'static str, String); 3] {
    let digest = trace.digest.as_ref().map_or("not known".to_owned(), ToString::to_string);
    let hash = policy_hash(world, trace);
    let policy = format!("{} {}", trace.marked(trace.policy.name.clone()), hash.get(..19).unwrap_or(hash));
    [("digest", digest), ("policy", policy), ("verdict", trace.verdict.label().to_owned())]
}
