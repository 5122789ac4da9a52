//! Statements about vulnerabilities: OpenVEX and CSAF.

use super::table::{Parts, Tally, cell, count, first, joined, known, number, pair, pairs, table, word};
use crate::model::document::{Item, Kind};
use crate::model::facts::Fact;
use crate::model::view::Weight;

/// Most products that a cell lists.
const PRODUCTS: usize = 20;

/// OpenVEX of any version.
pub(super) fn open_vex(item: Item<'_>) -> Parts {
    let mut statuses = Tally::default();
    item.list(&["statements"]).for_each(|one| statuses.add(one.word(&["status"]).unwrap_or("none stated")));
    let facts = Fact::map()
        .maybe("author", known(item, &["author"]))
        .maybe("version", known(item, &["version"]))
        .maybe("timestamp", known(item, &["timestamp"]))
        .with("statuses", statuses.fact());
    let about = pairs(
        "document",
        vec![
            pair("author", item.get("author")),
            pair("role", item.get("role")),
            pair("version", item.get("version")),
            pair("created", item.get("timestamp")),
            pair("updated", item.get("last_updated")),
            pair("identifier", item.get("@id")),
            pair("tooling", item.get("tooling")),
        ],
    );
    let columns = &["vulnerability", "status", "products", "why", "what to do"];
    let list = table("statements", columns, item.list(&["statements"]), |one| {
        let status = word(one, &["status"]);
        let weight = match status.as_str() {
            "affected" => Weight::Bad,
            "under_investigation" => Weight::Notable,
            "fixed" | "not_affected" => Weight::Good,
            _ => Weight::Plain,
        };
        let vulnerability =
            first(one, &[&["vulnerability", "name"], &["vulnerability", "@id"], &["vulnerability"]]);
        let why = first(one, &[&["justification"], &["impact_statement"], &["status_notes"]]);
        (weight, vec![vulnerability, status, products(one), why, word(one, &["action_statement"])])
    });
    let counted: Vec<String> = statuses
        .list()
        .iter()
        .map(|(status, count)| format!("{count} {}", status.replace('_', " ")))
        .collect();
    Parts {
        format: "OpenVEX",
        headline: joined(&[counted.join(", "), word(item, &["author"])]),
        facts,
        sections: about.into_iter().chain(list).collect(),
    }
}

/// Products as texts (before version 0.2) or as objects, with the parts of them that are meant.
fn products(statement: Item<'_>) -> String {
    let name = |one: Item<'_>| match one.kind() {
        Kind::Text => one.text().to_owned(),
        _ => word(one, &["@id"]),
    };
    let one = |product: Item<'_>| {
        let inside: Vec<String> = product.list(&["subcomponents"]).take(PRODUCTS).map(name).collect();
        if inside.is_empty() { name(product) } else { format!("{} ({})", name(product), inside.join(", ")) }
    };
    let list: Vec<String> = statement.list(&["products"]).take(PRODUCTS).map(one).collect();
    cell(&list.join(", "))
}

/// CSAF.
pub(super) fn csaf(item: Item<'_>) -> Parts {
    let amount = count(item, &["vulnerabilities"]);
    let facts =
        Fact::map().maybe("title", known(item, &["document", "title"])).with("vulnerabilities", amount);
    let tracking = item.at(&["document", "tracking"]);
    let about = pairs(
        "document",
        vec![
            pair("title", item.at(&["document", "title"])),
            pair("publisher", item.at(&["document", "publisher", "name"])),
            pair("category", item.at(&["document", "category"])),
            pair("severity", item.at(&["document", "aggregate_severity", "text"])),
            pair("identifier", tracking.and_then(|tracking| tracking.get("id"))),
            pair("status", tracking.and_then(|tracking| tracking.get("status"))),
            pair("version", tracking.and_then(|tracking| tracking.get("version"))),
            pair("released", tracking.and_then(|tracking| tracking.get("current_release_date"))),
        ],
    );
    let columns = &["vulnerability", "severity", "title", "fixed", "affected", "not affected"];
    let list = table("vulnerabilities", columns, item.list(&["vulnerabilities"]), |one| {
        let severity = one
            .list(&["threats"])
            .find(|threat| threat.word(&["category"]) == Some("impact"))
            .map(|threat| word(threat, &["details"]))
            .unwrap_or_default();
        let amount = |key: &str| match count(one, &["product_status", key]) {
            0 => String::new(),
            amount => number(amount, "product", "products"),
        };
        let affected = amount("known_affected");
        let weight = if affected.is_empty() { Weight::Plain } else { Weight::Bad };
        let id = first(one, &[&["cve"], &["title"]]);
        let cells = vec![
            id,
            severity,
            word(one, &["title"]),
            amount("fixed"),
            affected,
            amount("known_not_affected"),
        ];
        (weight, cells)
    });
    let found = number(amount, "vulnerability", "vulnerabilities");
    Parts {
        format: "CSAF",
        headline: joined(&[word(item, &["document", "title"]), found]),
        facts,
        sections: about.into_iter().chain(list).collect(),
    }
}
