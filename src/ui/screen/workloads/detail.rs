//! The panes beside the list: the verdict in few lines, and what hangs on the image.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::rows::Row;
use super::state::State;
use crate::analyse::workloads::{Container, Drift, Group, Workload};
use crate::explain;
use crate::model::artifact::Evidence;
use crate::model::trace::Trace;
use crate::model::world::ImageState;
use crate::ui::detail::{policy_rule, state_lines, trace_lines, verdict_words};
use crate::ui::evidence::{branches, evidence_tree};
use crate::ui::layout::inside;
use crate::ui::part::At;
use crate::ui::text::{Line, Shown, wrap::wrap, wrap::wrap_line};
use crate::ui::theme::Role;
use crate::ui::widget::{Scroll, Tree};

use super::rows::RowId;

/// Members of a group whose results are compared: enough to see what they have in common.
const COMPARED: usize = 200;
/// Different values that a group lists.
const LISTED: usize = 6;

/// What the lines were made from: nothing else makes them anew while snapshots come twenty times a second.
#[derive(Clone, Debug, Default)]
struct Key {
    id: RowId,
    trace: Option<Arc<Trace>>,
    evidence: Option<Arc<Evidence>>,
    /// Pods, members, proofs.
    numbers: (usize, usize, usize),
    room: (u16, bool),
    failed: Option<String>,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        fn same<T>(a: Option<&Arc<T>>, b: Option<&Arc<T>>) -> bool {
            a.map(Arc::as_ptr) == b.map(Arc::as_ptr)
        }
        self.id == other.id
            && same(self.trace.as_ref(), other.trace.as_ref())
            && same(self.evidence.as_ref(), other.evidence.as_ref())
            && (self.numbers, self.room, &self.failed) == (other.numbers, other.room, &other.failed)
    }
}

/// The detail of the selected row.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// Its lines.
    pub lines: Vec<Line>,
    /// Their scroll position.
    pub scroll: Scroll,
    /// What hangs on the image.
    pub tree: Tree,
    key: Option<Key>,
}

impl State {
    pub(super) fn fit_detail(&mut self, at: &At<'_>) {
        let panes = self.panes(at.area);
        let room = panes.detail.map(inside).unwrap_or_default();
        let key = self.detail_key(at, room.width);
        if self.detail.key.as_ref() != Some(&key) {
            if self.detail.key.as_ref().is_none_or(|old| old.id != key.id) {
                self.detail.scroll = Scroll::default();
                self.detail.tree.reset();
            }
            self.detail.lines = self.lines(at, usize::from(room.width));
            let nodes =
                key.evidence.as_ref().map(|evidence| evidence_tree(at.world, evidence)).unwrap_or_default();
            self.detail.tree.set(branches(&nodes, at.glyphs.ascii), 1);
            self.detail.key = Some(key);
        }
        self.detail.scroll.fit(self.detail.lines.len(), usize::from(room.height));
        let tree = panes.tree.map(inside).unwrap_or_default();
        self.detail.tree.fit(tree.width, usize::from(tree.height), at.glyphs.dots);
    }

    fn detail_key(&self, at: &At<'_>, width: u16) -> Key {
        let Some(row) = self.row() else { return Key { room: (width, at.glyphs.ascii), ..Key::default() } };
        let state = self.image(at.world).map(|image| &image.state);
        let group = self.groups.get(row.group());
        let pods =
            row.workload(&self.table).map_or_else(|| group.map_or(0, |group| group.pods), Workload::weight);
        Key {
            id: row.id(&self.table, &self.groups),
            trace: self.container().and_then(Container::trace).cloned(),
            evidence: match state {
                Some(ImageState::Ready(evidence)) => Some(evidence.clone()),
                _ => None,
            },
            numbers: (pods, group.map_or(0, |group| group.members.len()), at.world.proofs.len()),
            room: (width, at.glyphs.ascii),
            failed: state.filter(|state| !matches!(state, ImageState::Ready(_))).map(|state| match state {
                ImageState::Failed(missing) => missing.to_string(),
                ImageState::Fetching => "fetching".to_owned(),
                ImageState::Waiting => "waiting".to_owned(),
                _ => String::new(),
            }),
        }
    }

    fn lines(&self, at: &At<'_>, room: usize) -> Vec<Line> {
        let Some(row) = self.row() else { return vec![Line::of(Role::Muted, "Nothing is selected.")] };
        match row {
            Row::Group(_) | Row::More { .. } => self
                .groups
                .get(row.group())
                .map(|group| self.group_lines(group, at, room))
                .unwrap_or_default(),
            _ => self.container_lines(row, at, room),
        }
    }

    fn container_lines(&self, row: Row, at: &At<'_>, room: usize) -> Vec<Line> {
        let (Some(workload), Some(container)) = (row.workload(&self.table), self.container()) else {
            return Vec::new();
        };
        let mut out = match (container.trace(), self.image(at.world)) {
            (Some(trace), _) => trace_lines(at.world, trace, room, at.glyphs),
            (None, Some(image)) => state_lines(at.world, image, room, at.glyphs),
            (None, None) => Vec::new(),
        };
        if let Some(drift) = &container.drift {
            out.push(Line::new());
            out.extend(drift_lines(drift, at, room));
        }
        let others = self.nearest(row);
        if others > 0 {
            let text =
                format!("{others} other owner{} fail the same way", if others == 1 { "" } else { "s" });
            out.push(Line::of(Role::Muted, "nearest ").with(Role::Text, text));
        }
        out.push(Line::new());
        out.extend(owner_lines(workload, container, room));
        if container.results.len() > 1 {
            out.push(Line::of(Role::Title, format!("{} results", container.results.len())));
            for trace in &container.results {
                let mut line = Line::of(Role::Text, "  ");
                line.extend(verdict_words(trace.verdict, at.glyphs));
                line.push(Role::Text, Shown::new(&format!(" {}", policy_rule(trace))));
                out.push(line);
            }
        }
        out
    }

    /// Other members of the group, when it is one of a cause that is to be mended.
    fn nearest(&self, row: Row) -> usize {
        let group = self
            .groups
            .get(row.group())
            .filter(|group| group.cause.as_ref().is_some_and(|c| c.policy.is_some()));
        group.map_or(0, |group| group.members.len().saturating_sub(1))
    }

    fn group_lines(&self, group: &Group, at: &At<'_>, room: usize) -> Vec<Line> {
        let mut out = wrap(Role::Title, &Shown::new(&group.title), room, 0);
        let owners = format!("{} owners, {}", group.members.len(), group.counts());
        out.push(Line::of(Role::Text, owners));
        let Some(cause) = &group.cause else {
            if group.is_drift() {
                let text =
                    "The tag was moved after these pods were started: a restart would run something else.";
                out.extend(wrap(Role::Text, &Shown::new(text), room, 0));
            }
            return out;
        };
        if let Some(code) = cause.code {
            out.push(Line::of(Role::Code, code.as_str()).with(Role::Muted, "  x explains it"));
        }
        if let Some(policy) = &cause.policy {
            let mark = if at.world.is_draft(policy) { " (draft)" } else { "" };
            out.extend(wrap_line(
                &Line::of(Role::Muted, "by   ")
                    .with(Role::Text, Shown::new(&policy.name))
                    .with(Role::Mark, mark),
                room,
                5,
            ));
        }
        out.push(Line::of(Role::Muted, "grouped by verdict, code and policy (sg changes it)"));
        let traces = group.members.iter().take(COMPARED).filter_map(|member| {
            self.table.workloads.get(member.workload)?.container(member.template, member.container)?.trace()
        });
        out.extend(common(traces, room, at.glyphs.dots));
        out
    }
}

/// What the members of a group want, and what they have, each value with its number.
fn common<'a>(traces: impl Iterator<Item = &'a Arc<Trace>>, room: usize, dots: &str) -> Vec<Line> {
    let (mut want, mut have) = (BTreeMap::new(), BTreeMap::new());
    for pair in traces.filter_map(|trace| explain::pair(trace)) {
        *want.entry(pair.want.clone()).or_insert(0usize) += 1;
        *have.entry(pair.have.clone()).or_insert(0usize) += 1;
    }
    let mut out = Vec::new();
    for (title, role, values) in [("want", Role::Want, want), ("have", Role::Have, have)] {
        let mut values: Vec<(String, usize)> = values.into_iter().collect();
        values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        if !values.is_empty() {
            out.push(Line::of(Role::Muted, title));
        }
        let more = values.len().saturating_sub(LISTED);
        for (value, number) in values.into_iter().take(LISTED) {
            let line = Line::of(Role::Muted, format!("{number:>4} × ")).with(role, Shown::new(&value));
            out.push(line.cut(room, dots));
        }
        if more > 0 {
            out.push(Line::of(Role::Muted, format!("       {dots} {more} more")));
        }
    }
    out
}

fn drift_lines(drift: &Drift, at: &At<'_>, room: usize) -> Vec<Line> {
    let mut out =
        vec![Line::of(Role::Changed, "DRIFT ").with(Role::Text, "what runs is not what the image names now")];
    let mut runs = Line::of(Role::Muted, "runs  ").with(Role::Have, drift.runs.short());
    match drift.runs_stand {
        Some(verdict) => {
            runs.push(Role::Text, "  ");
            runs.extend(verdict_words(verdict, at.glyphs));
        }
        None => runs.push(Role::Muted, "  not judged: no image of this list has it"),
    }
    out.push(runs.cut(room, at.glyphs.dots));
    let names = drift.names.as_ref().map_or("nothing any more", |digest| digest.short());
    out.push(Line::of(Role::Muted, "names ").with(Role::Want, names));
    out
}

fn owner_lines(workload: &Workload, container: &Container, room: usize) -> Vec<Line> {
    let pods = match (workload.pods, workload.replicas) {
        (0, Some(wanted)) => format!("{wanted} pods wanted"),
        (pods, Some(wanted)) => format!("{pods} of {wanted} pods"),
        (pods, None) => format!("{pods} pod{}", if pods == 1 { "" } else { "s" }),
    };
    let owner = format!("{} {}/{}", workload.owner.kind, workload.owner.namespace, workload.owner.name);
    let mut out = wrap_line(
        &Line::of(Role::Muted, "owner ")
            .with(Role::Text, Shown::new(&owner))
            .with(Role::Muted, format!("  {pods}")),
        room,
        6,
    );
    let used = format!("{} ({})", container.used.container, container.used.list);
    out.extend(wrap_line(&Line::of(Role::Muted, "as    ").with(Role::Text, Shown::new(&used)), room, 6));
    out
}
