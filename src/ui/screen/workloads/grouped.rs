//! A table sorted and grouped, with what its columns are cut from: made beside the keys, for the order and filter that are
//! on screen.

use super::columns::Longest;
use super::entry::Entry;
use super::order::Order;
use crate::analyse::workloads::{Group, Table, Workload, group};
use crate::model::{Moment, World};
use crate::ui::filter::Filter;

/// What decides how a table is listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// The filter as typed.
    pub filter: String,
    /// The order.
    pub order: Order,
}

/// A table as it is listed.
#[derive(Clone, Debug, Default)]
pub struct Grouped {
    /// The revision of the table.
    pub revision: u64,
    /// What it was made for.
    pub shape: Shape,
    /// The filter, which knows what of it counts.
    pub(super) filter: Filter,
    /// The groups.
    pub groups: Vec<Group>,
    /// What columns are cut from, with the registry that all images are in.
    pub(super) widths: (Longest, String),
}

impl Grouped {
    /// Makes it.
    #[must_use]
    pub fn of((world, table): (&World, &Table), shape: &Shape, now: Moment) -> Self {
        let mut filter = Filter::default();
        filter.set(&shape.filter);
        let groups = grouped((world, table), &mut filter, shape.order, now);
        Self { revision: table.revision, shape: shape.clone(), filter, groups, widths: widths(table) }
    }
}

/// The groups of what the filter leaves.
pub(super) fn grouped(
    (world, table): (&World, &Table),
    filter: &mut Filter,
    order: Order,
    now: Moment,
) -> Vec<Group> {
    let entry = |workload| Entry { table, world, workload };
    let entries: Vec<Entry<'_>> = table.workloads.iter().map(entry).collect();
    let mut places = filter.apply(&entries, now);
    order.sort(table, &mut places);
    group(table, order.by, &places)
}

/// What columns are cut from.
pub(super) fn widths(table: &Table) -> (Longest, String) {
    let host = common_host(table);
    (Longest::of(table, &host), host)
}

/// The registry of all images, with its slash, so that rows need not repeat it; empty when there are several.
fn common_host(table: &Table) -> String {
    let host = |image: &str| image.find('/').map_or(0, |at| at + 1);
    let mut images = table.workloads.iter().flat_map(Workload::containers);
    let Some((_, _, first)) = images.next() else { return String::new() };
    let common = first.used.image.get(..host(&first.used.image)).unwrap_or_default();
    let shared = images.all(|(_, _, container)| container.used.image.starts_with(common));
    if shared { common.to_owned() } else { String::new() }
}
