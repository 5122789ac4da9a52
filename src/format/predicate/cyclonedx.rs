//! CycloneDX: components with licences, and the vulnerabilities that newer versions may hold.

use super::packages::{licences, stated};
use super::scan::weight_of;
use super::table::{Parts, Tally, count, first, joined, known, number, pair, pairs, table, word};
use crate::model::document::{Item, Kind};
use crate::model::facts::Fact;
use crate::model::view::{Section, Weight};

/// Reads a document.
pub(super) fn read(item: Item<'_>) -> Parts {
    let (top, vulnerabilities) = (count(item, &["components"]), count(item, &["vulnerabilities"]));
    let facts = Fact::map()
        .maybe("spec_version", known(item, &["specVersion"]))
        .maybe("serial", known(item, &["serialNumber"]))
        .with("components", top)
        .with("vulnerabilities", vulnerabilities)
        .maybe("root", known(item, &["metadata", "component", "name"]))
        .maybe("root_version", known(item, &["metadata", "component", "version"]))
        .maybe("timestamp", known(item, &["metadata", "timestamp"]));
    let mut all = Vec::new();
    nested(item, &mut all);
    let mut tally = Tally::default();
    all.iter().for_each(|component| tally.add(stated(&licence(*component))));
    let amount = all.len();
    let columns = &["component", "version", "licence", "reference", "type"];
    let sections = [
        about(item),
        table("components", columns, all.into_iter(), |component| {
            let group = word(component, &["group"]);
            let name = word(component, &["name"]);
            let name = if group.is_empty() { name } else { format!("{group}/{name}") };
            let reference = first(component, &[&["purl"], &["cpe"], &["bom-ref"]]);
            let licence = stated(&licence(component)).to_owned();
            let version = word(component, &["version"]);
            (Weight::Plain, vec![name, version, licence, reference, word(component, &["type"])])
        }),
        licences(item, &tally),
        table_of_vulnerabilities(item),
        table("dependencies", &["of", "on"], item.list(&["dependencies"]), |one| {
            let on: Vec<&str> = one.list(&["dependsOn"]).take(20).map(Item::text).collect();
            (Weight::Plain, vec![word(one, &["ref"]), super::table::cell(&on.join(", "))])
        }),
    ];
    let root = ["name", "version"].map(|key| word(item, &["metadata", "component", key])).join(" ");
    let found = if vulnerabilities == 0 {
        String::new()
    } else {
        number(vulnerabilities, "vulnerability", "vulnerabilities")
    };
    Parts {
        format: "CycloneDX",
        headline: joined(&[root.trim().to_owned(), number(amount, "component", "components"), found]),
        facts,
        sections: sections.into_iter().flatten().collect(),
    }
}

fn about(item: Item<'_>) -> Option<Section> {
    let metadata = item.get("metadata");
    let under = |keys: &[&str]| metadata.and_then(|metadata| metadata.at(keys));
    let tools = under(&["tools", "components"]).or_else(|| under(&["tools"]));
    let tools: Vec<_> = tools
        .into_iter()
        .flat_map(Item::children)
        .take(20)
        .map(|tool| {
            let words = ["vendor", "name", "version"].map(|key| word(tool, &[key])).join(" ");
            super::table::said("tool", tool, Weight::Plain, words.trim())
        })
        .collect();
    let rows = vec![
        pair("of", under(&["component", "name"])),
        pair("version", under(&["component", "version"])),
        pair("version of CycloneDX", item.get("specVersion")),
        pair("serial number", item.get("serialNumber")),
        pair("created", under(&["timestamp"])),
        pair("supplier", under(&["supplier", "name"])),
    ];
    pairs("document", rows.into_iter().chain(tools).collect())
}

/// Components with those inside them, in the order of the text. The depth is bounded where documents are read.
fn nested<'a>(item: Item<'a>, out: &mut Vec<Item<'a>>) {
    for component in item.list(&["components"]) {
        out.push(component);
        nested(component, out);
    }
}

fn licence(component: Item<'_>) -> String {
    let one = |choice: Item<'_>| first(choice, &[&["expression"], &["license", "id"], &["license", "name"]]);
    let words: Vec<String> = component.list(&["licenses"]).take(10).map(one).collect();
    joined(&words)
}

fn table_of_vulnerabilities(item: Item<'_>) -> Option<Section> {
    let columns = &["id", "severity", "affects", "state", "advice"];
    table("vulnerabilities", columns, item.list(&["vulnerabilities"]), |one| {
        let severity = one.list(&["ratings"]).find_map(|rating| rating.word(&["severity"]));
        let affects: Vec<&str> =
            one.list(&["affects"]).take(10).filter_map(|affected| affected.word(&["ref"])).collect();
        let state = word(one, &["analysis", "state"]);
        let weight = match state.as_str() {
            "not_affected" | "resolved" | "resolved_with_pedigree" | "false_positive" => Weight::Good,
            "exploitable" => Weight::Bad,
            _ => weight_of(severity.unwrap_or_default()),
        };
        let advice = match one.get("recommendation").filter(|item| item.kind() == Kind::Text) {
            Some(text) => super::table::cell(text.text()),
            None => word(one, &["analysis", "detail"]),
        };
        let cells = vec![
            word(one, &["id"]),
            severity.unwrap_or_default().to_owned(),
            super::table::cell(&affects.join(", ")),
            state,
            advice,
        ];
        (weight, cells)
    })
}
