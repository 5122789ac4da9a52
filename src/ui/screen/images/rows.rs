//! The rows of the list, derived from a snapshot: groups, images, and the results of an image.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::order::{By, Group, Order};
use crate::analyse::workloads::signers;
use crate::model::verdict::Verdict;
use crate::model::world::{ImageRow, ImageState};
use crate::model::{Code, Moment, Trace, World};
use crate::ui::detail::{policy_rule, standing};
use crate::ui::filter::Filtered;
use crate::ui::subject::TraceKey;

/// Stands for the repository of what is no image reference.
const NO_REFERENCE: &str = "(not a reference)";

/// Identifies a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct RowId {
    /// The group it stands in.
    pub group: String,
    /// The image; without one the row is the group itself.
    pub image: Option<Arc<str>>,
    /// The result; without one the row is the image.
    pub trace: Option<TraceKey>,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub id: RowId,
    /// Its verdict; of a group: the worst in it.
    pub verdict: Verdict,
    /// The code, when something is wrong.
    pub code: Option<Code>,
    /// What it is called.
    pub name: String,
    /// The digest, or what is known in its place.
    pub digest: String,
    /// Policy and rule that decided; of a group: its counts.
    pub policy: String,
    /// Rows below it, when it can be opened.
    pub below: usize,
    /// True when those are shown.
    pub open: bool,
    /// Number of places that use it.
    pub uses: usize,
}

/// What one image is in a snapshot.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The row of the snapshot, by its place there.
    pub index: usize,
    name: Arc<str>,
    verdict: Verdict,
    code: Option<Code>,
    digest: String,
    policy: String,
    rule: String,
    repository: String,
    short: String,
    results: Vec<Arc<Trace>>,
    resources: Vec<(String, String)>,
    asked: Asked,
}

/// What only filters ask for.
#[derive(Clone, Debug)]
struct Asked {
    signers: Vec<Arc<str>>,
    uses: usize,
    since: Moment,
}

impl Filtered for Entry {
    fn has(&self, key: Option<&str>, text: &str) -> bool {
        let verdict = self.verdict.label();
        let code = self.code.map_or("", Code::as_str);
        let in_resources = |part: fn(&(String, String)) -> &str| {
            self.resources.iter().any(|resource| contains(part(resource), text))
        };
        match key {
            Some("image") => contains(&self.name, text),
            Some("repo") => contains(&self.repository, text),
            Some("code") => contains(code, text),
            Some("policy") => contains(&self.policy, text),
            Some("rule") => contains(&self.rule, text),
            Some("verdict") => contains(verdict, text),
            Some("digest") => contains(&self.digest, text),
            Some("ns") => in_resources(|(_, namespace)| namespace),
            Some("by") => in_resources(|(id, _)| id),
            Some("signer") => self.asked.signers.iter().any(|signer| contains(signer, text)),
            Some(_) => false,
            // A whole verdict word means the verdict, so that `deny` does not find an image called deny-all.
            None if Verdict::ALL.iter().any(|known| known.label().eq_ignore_ascii_case(text)) => {
                verdict.eq_ignore_ascii_case(text)
            }
            None => {
                [&self.name, verdict, code, &self.digest, &self.policy, &self.rule]
                    .into_iter()
                    .any(|value| contains(value, text))
                    || in_resources(|(id, _)| id)
            }
        }
    }

    fn number(&self, key: &str, now: Moment) -> Option<i64> {
        match key {
            "uses" => i64::try_from(self.asked.uses).ok(),
            "age" => Some(now.0.saturating_sub(self.asked.since.0).max(0)),
            _ => None,
        }
    }
}

fn contains(value: &str, lower: &str) -> bool {
    value.to_lowercase().contains(lower)
}

/// What every image is.
#[must_use]
pub fn entries(world: &World) -> Vec<Entry> {
    let mut by_image: HashMap<&str, Vec<&Arc<Trace>>> = HashMap::new();
    for trace in &world.traces {
        by_image.entry(trace.image.image.as_str()).or_default().push(trace);
    }
    let rows = world.images.iter().zip(signers(world)).enumerate();
    rows.map(|(index, (row, signers))| {
        let results = by_image.get(&*row.name).map_or(&[][..], Vec::as_slice);
        let mut entry = entry(index, row, results);
        entry.asked.signers = signers;
        entry
    })
    .collect()
}

fn entry(index: usize, row: &ImageRow, results: &[&Arc<Trace>]) -> Entry {
    let plain: Vec<&Trace> = results.iter().map(|trace| &***trace).collect();
    let (verdict, decided) = standing(row, &plain);
    let code = match (decided, &row.state) {
        (Some(trace), _) if trace.verdict != Verdict::Pass => Some(trace.code),
        (None, ImageState::Failed(missing)) => Some(Code::of_missing(missing)),
        _ => None,
    };
    let digest = match &row.state {
        _ if row.reference.is_err() => "no reference".to_owned(),
        ImageState::Ready(evidence) => evidence.digest.to_string(),
        ImageState::Waiting => "waiting".to_owned(),
        ImageState::Fetching => "fetching".to_owned(),
        ImageState::Failed(_) => "not fetched".to_owned(),
        ImageState::NotAsked => "not asked for".to_owned(),
    };
    let (repository, short) = match &row.reference {
        Ok(reference) => {
            let tag = reference.tag.as_ref().map_or_else(String::new, |tag| format!(":{tag}"));
            let at = reference.digest.as_ref().map_or_else(String::new, |digest| format!("@{digest}"));
            (reference.name(), format!("{tag}{at}"))
        }
        Err(_) => (NO_REFERENCE.to_owned(), row.name.to_string()),
    };
    let resources =
        row.uses.iter().map(|(id, _)| (id.to_string(), id.namespace.clone())).collect::<BTreeSet<_>>();
    Entry {
        index,
        name: row.name.clone(),
        verdict,
        code,
        digest,
        policy: decided.map(|trace| trace.marked(trace.policy.name.clone())).unwrap_or_default(),
        rule: decided.map(|trace| trace.rule.clone()).unwrap_or_default(),
        repository,
        short,
        results: results.iter().map(|trace| (*trace).clone()).collect(),
        resources: resources.into_iter().collect(),
        asked: Asked { signers: Vec::new(), uses: row.uses.len(), since: row.since },
    }
}

/// What is folded and opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folds {
    /// Groups that are closed.
    pub closed: BTreeSet<String>,
    /// Images whose results are shown.
    pub opened: BTreeSet<Arc<str>>,
}

/// The registry of all images, with its slash, so that rows need not repeat it; empty when there are several.
#[must_use]
pub fn common_host(entries: &[Entry]) -> &str {
    let host = |entry: &Entry| entry.repository.find('/').map_or(0, |at| at + 1);
    let named = || entries.iter().filter(|entry| entry.repository != NO_REFERENCE);
    let Some(first) = named().next() else { return "" };
    let common = first.repository.get(..host(first)).unwrap_or_default();
    let shared = |entry: &Entry| host(entry) == common.len() && entry.name.starts_with(common);
    if named().all(shared) { common } else { "" }
}

/// The rows; `host` is left out of the names.
#[must_use]
pub fn rows(entries: &[Entry], host: &str, order: Order, folds: &Folds, kept: &[usize]) -> Vec<Row> {
    let listing = Listing { host, order, folds };
    let mut kept: Vec<&Entry> = kept.iter().filter_map(|index| entries.get(*index)).collect();
    sort(&mut kept, order);
    if order.group == Group::Flat {
        return kept.into_iter().flat_map(|entry| listing.image_rows("", entry, false)).collect();
    }
    let mut groups: Vec<(String, Vec<&Entry>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for entry in kept {
        for name in group_names(entry, order.group) {
            let at = *places.entry(name.clone()).or_insert_with(|| {
                groups.push((name, Vec::new()));
                groups.len() - 1
            });
            if let Some((_, members)) = groups.get_mut(at) {
                members.push(entry);
            }
        }
    }
    groups.into_iter().flat_map(|(name, members)| listing.group_rows(&name, &members)).collect()
}

fn sort(entries: &mut [&Entry], order: Order) {
    let rank = |verdict: Verdict| Verdict::ALL.iter().position(|known| *known == verdict);
    entries.sort_by(|a, b| {
        let by = match order.by {
            By::Verdict => rank(a.verdict).cmp(&rank(b.verdict)).then(a.code.cmp(&b.code)),
            By::Name => std::cmp::Ordering::Equal,
            By::Uses => b.resources.len().cmp(&a.resources.len()),
        };
        let all = by.then_with(|| a.name.cmp(&b.name));
        if order.reversed { all.reverse() } else { all }
    });
}

fn group_names(entry: &Entry, group: Group) -> Vec<String> {
    match group {
        Group::Repository => vec![entry.repository.clone()],
        Group::Resource if entry.resources.is_empty() => vec!["(no resource)".to_owned()],
        Group::Resource => entry.resources.iter().map(|(id, _)| id.clone()).collect(),
        Group::Cause => vec![match entry.code {
            Some(code) => {
                format!("{} {code}: {}", entry.verdict.label(), code.meaning().trim_end_matches('.'))
            }
            None => entry.verdict.label().to_owned(),
        }],
        Group::Flat => Vec::new(),
    }
}

/// How rows are made.
struct Listing<'a> {
    host: &'a str,
    order: Order,
    folds: &'a Folds,
}

impl Listing<'_> {
    fn name(&self, name: &str) -> String {
        name.strip_prefix(self.host).unwrap_or(name).to_owned()
    }

    fn group_rows(&self, name: &str, members: &[&Entry]) -> Vec<Row> {
        // A repository with one image takes one row.
        if let ([only], Group::Repository) = (members, self.order.group) {
            return self.image_rows(name, only, false);
        }
        let worst = members.iter().map(|entry| entry.verdict).reduce(Verdict::worse).unwrap_or(Verdict::None);
        let open = !self.folds.closed.contains(name);
        let mut out = vec![Row {
            id: RowId { group: name.to_owned(), image: None, trace: None },
            verdict: worst,
            code: None,
            name: self.name(name),
            digest: String::new(),
            policy: counts(members),
            below: members.len(),
            open,
            uses: 0,
        }];
        if open {
            let short = self.order.group == Group::Repository;
            out.extend(members.iter().flat_map(|entry| self.image_rows(name, entry, short)));
        }
        out
    }

    fn image_rows(&self, group: &str, entry: &Entry, short: bool) -> Vec<Row> {
        let id = RowId { group: group.to_owned(), image: Some(entry.name.clone()), trace: None };
        let several = entry.results.len() > 1;
        let open = several && self.folds.opened.contains(&entry.name);
        let policy = match (entry.policy.as_str(), entry.rule.as_str()) {
            (policy, "") => policy.to_owned(),
            (policy, rule) => format!("{policy}/{rule}"),
        };
        let mut out = vec![Row {
            id: id.clone(),
            verdict: entry.verdict,
            code: entry.code,
            name: if short { entry.short.clone() } else { self.name(&entry.name) },
            digest: entry.digest.clone(),
            policy,
            below: if several { entry.results.len() } else { 0 },
            open,
            uses: entry.resources.len(),
        }];
        if open {
            out.extend(entry.results.iter().map(|trace| Row {
                id: RowId { trace: Some(TraceKey::of(trace)), ..id.clone() },
                verdict: trace.verdict,
                code: (trace.verdict != Verdict::Pass).then_some(trace.code),
                name: trace.resource.to_string(),
                digest: trace.image.container.clone(),
                policy: policy_rule(trace),
                below: 0,
                open: false,
                uses: 0,
            }));
        }
        out
    }
}

/// `3 images: 2 deny, 1 pass`.
fn counts(members: &[&Entry]) -> String {
    let parts: Vec<String> = Verdict::ALL
        .iter()
        .map(|verdict| (members.iter().filter(|entry| entry.verdict == *verdict).count(), verdict))
        .filter(|(count, _)| *count > 0)
        .map(|(count, verdict)| format!("{count} {}", verdict.word()))
        .collect();
    parts.join(", ")
}
