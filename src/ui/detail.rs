//! The verdict of one image in a few lines: what decided, want and have, where, what to do.

use super::text::{Line, Shown, wrap::wrap, wrap::wrap_line};
use super::theme::{Glyphs, Role};
use crate::explain;
use crate::model::verdict::Verdict;
use crate::model::world::{ImageRow, ImageState};
use crate::model::{Trace, World};

/// The role of a verdict.
#[must_use]
pub fn verdict_role(verdict: Verdict) -> Role {
    match verdict {
        Verdict::Pass => Role::Ok,
        Verdict::Deny => Role::Deny,
        Verdict::Audit => Role::Audit,
        Verdict::Error => Role::Error,
        Verdict::Waiting => Role::Wait,
        Verdict::None => Role::None,
    }
}

/// Symbol and word of a verdict, as wide for each.
#[must_use]
pub fn verdict_words(verdict: Verdict, glyphs: Glyphs) -> Line {
    let symbol = explain::verdict_symbol(verdict, glyphs.ascii);
    Line::of(verdict_role(verdict), format!("{symbol} {:<5}", verdict.label()))
}

/// How an image stands: its worst result, or what is known before there is one.
#[must_use]
pub fn standing<'a>(row: &ImageRow, traces: &[&'a Trace]) -> (Verdict, Option<&'a Trace>) {
    let worst =
        traces.iter().copied().reduce(|a, b| if a.verdict.worse(b.verdict) == a.verdict { a } else { b });
    match (worst, &row.state) {
        (Some(trace), _) => (trace.verdict, Some(trace)),
        (None, _) if row.reference.is_err() => (Verdict::Error, None),
        (None, ImageState::Waiting | ImageState::Fetching) => (Verdict::Waiting, None),
        (None, ImageState::Failed(_)) => (Verdict::Error, None),
        (None, ImageState::Ready(_) | ImageState::NotAsked) => (Verdict::None, None),
    }
}

/// The lines about an image, broken to `room` columns.
#[must_use]
pub fn image_lines(
    world: &World,
    row: &ImageRow,
    trace: Option<&Trace>,
    room: usize,
    glyphs: Glyphs,
) -> Vec<Line> {
    let mut out = match trace {
        Some(trace) => trace_lines(world, trace, room, glyphs),
        None => state_lines(world, row, room, glyphs),
    };
    let all: Vec<_> = world.traces_of(&row.name).collect();
    if all.len() > 1 {
        out.push(Line::new());
        out.push(Line::of(Role::Title, format!("{} results", all.len())));
        for other in all {
            let mut line = Line::of(Role::Text, "  ");
            line.extend(verdict_words(other.verdict, glyphs));
            line.push(Role::Text, format!(" {}", policy_rule(other)));
            if other.verdict != Verdict::Pass {
                line.push(Role::Code, format!("  {}", other.code));
            }
            out.push(line);
        }
    }
    used_by(row, room, &mut out);
    out
}

/// Policy and rule, as they are named in lists.
#[must_use]
pub fn policy_rule(trace: &Trace) -> String {
    trace.marked(unmarked(trace))
}

fn unmarked(trace: &Trace) -> String {
    match (trace.policy.namespace.as_str(), trace.rule.as_str()) {
        ("", "") => trace.policy.name.clone(),
        ("", rule) => format!("{}/{rule}", trace.policy.name),
        (namespace, rule) => format!("{namespace}/{}/{rule}", trace.policy.name),
    }
}

/// The verdict of a result, the sides that differ, its place and what to do.
pub(super) fn trace_lines(world: &World, trace: &Trace, room: usize, glyphs: Glyphs) -> Vec<Line> {
    let mut head = verdict_words(trace.verdict, glyphs);
    if trace.verdict != Verdict::Pass {
        head.push(Role::Code, format!(" {} ", trace.code));
    }
    // In front of the name: the end of a long one is cut off.
    head.push(Role::Mark, if trace.draft { " draft" } else { "" });
    head.push(Role::Text, format!(" by {}", unmarked(trace)));
    if let Some(action) = action_of(world, trace) {
        head.push(Role::Muted, format!(" ({action})"));
    }
    // The verdict takes one line, so that want and have are in sight in the lowest pane.
    let mut out = vec![head.cut(room, glyphs.dots)];
    let pair = explain::pair(trace);
    match trace.deciding_clause().filter(|_| pair.is_some()) {
        Some(clause) => {
            let words = explain::outcome_sentence(&clause.outcome);
            out.extend(wrap(Role::Text, &words.into(), room, 0));
        }
        None => out.extend(wrap(Role::Text, &explain::sentence(trace).into(), room, 0)),
    }
    if let Some(pair) = pair {
        out.extend(sides(&pair, room, glyphs));
    }
    if let Some(span) = &trace.location {
        let place = Shown::new(&format!("{}:{}", span.file, span.start.line));
        let place = super::text::width::middle(&place, room.saturating_sub(5), glyphs.dots);
        out.push(Line::of(Role::Muted, "at   ").with(Role::Link, place));
    }
    out.extend(wrap_line(
        &Line::of(Role::Muted, "clauses ").with(Role::Text, explain::tally(trace)),
        room,
        8,
    ));
    for remedy in explain::remedies(trace).into_iter().take(2) {
        out.extend(wrap_line(&Line::of(Role::Title, "help ").with(Role::Text, remedy.text), room, 5));
    }
    out
}

fn action_of(world: &World, trace: &Trace) -> Option<String> {
    let policies = world.files.iter().flat_map(|file| &file.policies);
    policies.into_iter().find(|policy| policy.id == trace.policy).map(|policy| policy.action.clone())
}

/// Want and have below each other, what differs underlined.
fn sides(pair: &explain::Pair, room: usize, glyphs: Glyphs) -> Vec<Line> {
    let fitted = pair.fit(room.saturating_sub(5), glyphs.dots);
    let mut out = vec![Line::of(Role::Muted, "want ").with(Role::Want, fitted.want.as_str())];
    let have = |from: usize, to: usize| -> String {
        fitted.have.chars().skip(from).take(to.saturating_sub(from)).collect()
    };
    let Some(mark) = fitted.mark.clone() else {
        out.push(Line::of(Role::Muted, "have ").with(Role::Have, fitted.have.as_str()));
        return out;
    };
    let before = have(0, mark.start);
    let lead = super::text::width(&before) + 5;
    let under = super::text::width(&have(mark.start, mark.end)).max(1);
    out.push(
        Line::of(Role::Muted, "have ")
            .with(Role::Have, before)
            .with(Role::Changed, have(mark.start, mark.end))
            .with(Role::Have, have(mark.end, usize::MAX)),
    );
    let rule = if glyphs.ascii { "~" } else { "‾" };
    out.push(Line::of(Role::Changed, format!("{}{}", " ".repeat(lead), rule.repeat(under))));
    out
}

/// The state of an image that nothing has judged.
pub(super) fn state_lines(world: &World, row: &ImageRow, room: usize, glyphs: Glyphs) -> Vec<Line> {
    let (verdict, _) = standing(row, &[]);
    let words = match (&row.reference, &row.state) {
        (Err(problem), _) => problem.clone(),
        (_, ImageState::Waiting) => "waits to be fetched".to_owned(),
        (_, ImageState::Fetching) => "is being fetched".to_owned(),
        (_, ImageState::Failed(missing)) => missing.to_string(),
        (_, ImageState::NotAsked) => "no rule matches it, so it was not fetched".to_owned(),
        (_, ImageState::Ready(_)) if world.files.is_empty() => {
            "no policy is loaded: what hangs on it is shown, nothing is judged".to_owned()
        }
        (_, ImageState::Ready(_)) => "no rule of the loaded policies matches it".to_owned(),
    };
    let mut head = verdict_words(verdict, glyphs);
    if let ImageState::Failed(missing) = &row.state {
        head.push(Role::Code, format!(" {}", crate::model::Code::of_missing(missing)));
    }
    let mut out = vec![head];
    out.extend(wrap(Role::Text, &Shown::new(&words), room, 0));
    out
}

fn used_by(row: &ImageRow, room: usize, out: &mut Vec<Line>) {
    let mut uses: Vec<String> = row.uses.iter().map(|(id, at)| format!("{id} ({})", at.container)).collect();
    uses.dedup();
    if uses.is_empty() {
        return;
    }
    out.push(Line::new());
    out.push(Line::of(Role::Title, format!("used by {}", uses.len())));
    for used in uses.iter().take(50) {
        out.extend(wrap(Role::Text, &Shown::new(&format!("  {used}")), room, 4));
    }
}
