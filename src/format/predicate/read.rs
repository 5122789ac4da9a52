//! Makes the view of a predicate or of a document that stands alone.

use std::sync::Arc;

use super::kind::{self, Format};
use super::table::{Parts, leaves};
use super::{cyclonedx, in_toto, provenance, scan, spdx, vex};
use crate::format::document;
use crate::model::document::{Document, Item, Kind, Subtree};
use crate::model::facts::Fact;
use crate::model::view::PredicateView;

/// Most names that a headline lists.
const NAMES: usize = 8;
/// Most keys of an unknown document that are facts; the rest is counted.
const KEYS: usize = 12;
/// Most keys that are sorted.
const MOST_KEYS: usize = 10_000;

/// The view of a value, of which its statement says that it is of this type. Some tools wrap a document in a text, or in
/// cosign's frame for what has no type of its own: what is inside is shown.
#[must_use]
pub fn view(named: Option<&str>, document: &Arc<Document>, id: u32) -> PredicateView {
    let content = Subtree::new(document.clone(), id);
    let Some(item) = content.item() else { return unknown(content.clone(), "nothing is in it") };
    let known = kind::of(named, item);
    if let Some(inner) = wrapped(item) {
        let inside = view(named.filter(|_| item.kind() == Kind::Text), &inner, 0);
        if known == Some(Format::CosignCustom) {
            return framed(item, inside);
        }
        if inside.format != "other" || item.kind() == Kind::Text {
            return inside;
        }
    }
    match known {
        Some(format) => {
            let parts = parts(format, item);
            PredicateView {
                format: parts.format,
                headline: parts.headline,
                facts: Fact::map().with("format", parts.format).and(parts.facts),
                sections: parts.sections,
                content,
            }
        }
        None => {
            let words = names(item);
            unknown(content.clone(), &words)
        }
    }
}

/// What is inside of cosign's frame, with what the frame says.
fn framed(frame: Item<'_>, inside: PredicateView) -> PredicateView {
    let outside = in_toto::cosign_custom(frame);
    PredicateView {
        format: outside.format,
        headline: format!("{}: {}", inside.format, inside.headline),
        facts: Fact::map().with("format", outside.format).and(outside.facts),
        ..inside
    }
}

/// The JSON in a text, or in the text of cosign's frame (`Data`).
fn wrapped(item: Item<'_>) -> Option<Arc<Document>> {
    let text = match item.kind() {
        Kind::Text => item.text(),
        _ => item.get("Data")?.as_text()?,
    };
    let document = document::read(text.as_bytes()).ok()?;
    let holds = document.root().is_some_and(|root| matches!(root.kind(), Kind::Map | Kind::List));
    holds.then(|| Arc::new(document))
}

fn parts(format: Format, item: Item<'_>) -> Parts {
    match format {
        Format::Spdx => spdx::read(item),
        Format::CycloneDx => cyclonedx::read(item),
        Format::Provenance0 => provenance::version_0(item),
        Format::Provenance1 => provenance::version_1(item),
        Format::Scan => scan::frame(item),
        Format::Trivy => scan::trivy(item),
        Format::Grype => scan::grype(item),
        Format::OpenVex => vex::open_vex(item),
        Format::Csaf => vex::csaf(item),
        Format::Scorecard => in_toto::scorecard(item),
        Format::Vsa => in_toto::summary(item),
        Format::Svr => in_toto::simple(item),
        Format::TestResult => in_toto::test_result(item),
        Format::Scai => in_toto::scai(item),
        Format::Link => in_toto::link(item),
        Format::Release => in_toto::release(item),
        Format::Reference => in_toto::reference(item),
        Format::RuntimeTrace => in_toto::runtime_trace(item),
        Format::NpmPublish => in_toto::npm_publish(item),
        Format::CosignCustom => in_toto::cosign_custom(item),
        Format::CosignSign => in_toto::cosign_sign(item),
    }
}

fn unknown(content: Subtree, headline: &str) -> PredicateView {
    let mut keys: Vec<&str> =
        content.item().into_iter().flat_map(Item::children).filter_map(Item::key).take(MOST_KEYS).collect();
    keys.sort_unstable();
    let more = keys.len().saturating_sub(KEYS);
    keys.truncate(KEYS);
    let facts = Fact::map()
        .with("format", "other")
        .with("keys", keys.into_iter().map(Fact::from).collect::<Vec<_>>())
        .maybe("more_keys", (more > 0).then_some(more));
    let sections = leaves("values", content.item()).into_iter().collect();
    PredicateView { format: "other", headline: headline.to_owned(), facts, sections, content }
}

fn names(item: Item<'_>) -> String {
    let keys: Vec<&str> = item.children().filter_map(Item::key).take(NAMES + 1).collect();
    match item.kind() {
        Kind::Map if keys.is_empty() => "an empty object".to_owned(),
        Kind::Map if keys.len() > NAMES => format!("{}, …", keys.get(..NAMES).unwrap_or_default().join(", ")),
        Kind::Map => keys.join(", "),
        Kind::List => super::table::number(item.count(), "value", "values"),
        _ => super::table::cell(item.text()),
    }
}
