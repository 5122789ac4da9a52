//! SPDX: versions 2.x, and the graph of version 3.

use std::collections::HashMap;

use super::packages::{licences, stated};
use super::table::{Parts, Tally, count, first, joined, known, number, pair, pairs, table, word};
use crate::model::document::{Item, Kind};
use crate::model::facts::Fact;
use crate::model::view::{Section, Weight};

const COLUMNS: &[&str] = &["package", "version", "licence", "reference"];

/// Reads a document.
pub(super) fn read(item: Item<'_>) -> Parts {
    if item.get("@graph").is_some() { graph(item) } else { version_2(item) }
}

fn version_2(item: Item<'_>) -> Parts {
    let (packages, files) = (count(item, &["packages"]), count(item, &["files"]));
    let relationships = count(item, &["relationships"]);
    let facts = Fact::map()
        .maybe("spec_version", known(item, &["spdxVersion"]))
        .maybe("name", known(item, &["name"]))
        .with("packages", packages)
        .with("files", files)
        .with("relationships", relationships)
        .maybe("created", known(item, &["creationInfo", "created"]))
        .maybe("creators", known(item, &["creationInfo", "creators"]));
    let mut tally = Tally::default();
    item.list(&["packages"]).for_each(|package| tally.add(stated(&licence(package))));
    let sections = [
        about(item),
        table("packages", COLUMNS, item.list(&["packages"]), |package| {
            let name = first(package, &[&["name"], &["packageName"]]);
            let version = first(package, &[&["versionInfo"], &["packageVersion"]]);
            (Weight::Plain, vec![name, version, stated(&licence(package)).to_owned(), purl(package)])
        }),
        licences(item, &tally),
        table("files", &["file", "licence"], item.list(&["files"]), |file| {
            (Weight::Plain, vec![word(file, &["fileName"]), word(file, &["licenseConcluded"])])
        }),
        table("relationships", &["from", "relationship", "to"], item.list(&["relationships"]), |one| {
            let cells = ["spdxElementId", "relationshipType", "relatedSpdxElement"];
            (Weight::Plain, cells.iter().map(|key| word(one, &[key])).collect())
        }),
    ];
    let files = if files == 0 { String::new() } else { number(files, "file", "files") };
    Parts {
        format: "SPDX",
        headline: joined(&[word(item, &["name"]), number(packages, "package", "packages"), files]),
        facts,
        sections: sections.into_iter().flatten().collect(),
    }
}

fn about(item: Item<'_>) -> Option<Section> {
    pairs(
        "document",
        vec![
            pair("name", item.get("name")),
            pair("version of SPDX", item.get("spdxVersion")),
            pair("namespace", item.get("documentNamespace")),
            pair("created", item.at(&["creationInfo", "created"])),
            pair("creators", item.at(&["creationInfo", "creators"])),
            pair("licence of the data", item.get("dataLicense")),
            pair("describes", item.get("documentDescribes")),
            pair("comment", item.get("comment")),
        ],
    )
}

/// What was concluded, else what was declared.
fn licence(package: Item<'_>) -> String {
    let concluded = first(package, &[&["licenseConcluded"], &["packageLicenseConcluded"]]);
    if matches!(concluded.as_str(), "" | "NOASSERTION" | "NONE") {
        return first(package, &[&["licenseDeclared"], &["packageLicenseDeclared"]]);
    }
    concluded
}

/// The package URL, else where the package comes from.
fn purl(package: Item<'_>) -> String {
    let is_purl = |reference: &Item<'_>| reference.word(&["referenceType"]) == Some("purl");
    let found = package.list(&["externalRefs"]).find(is_purl);
    match found {
        Some(reference) => word(reference, &["referenceLocator"]),
        None => {
            let place = word(package, &["downloadLocation"]);
            if matches!(place.as_str(), "NOASSERTION" | "NONE") { String::new() } else { place }
        }
    }
}

/// Version 3: elements of a graph, by their types.
fn graph(item: Item<'_>) -> Parts {
    let elements = || item.list(&["@graph"]);
    let of = |kind: &'static str| move |element: &Item<'_>| element.word(&["type"]) == Some(kind);
    let document = elements().find(of("SpdxDocument"));
    let creation = elements().find(of("CreationInfo"));
    let packages = || elements().filter(of("software_Package"));
    let licences_of = licences_by_element(item);
    let licence = |package: Item<'_>| {
        package.word(&["spdxId"]).and_then(|id| licences_of.get(id)).cloned().unwrap_or_default()
    };
    let mut tally = Tally::default();
    packages().for_each(|package| tally.add(stated(&licence(package))));
    let amount = packages().count();
    let facts = Fact::map()
        .maybe("spec_version", creation.and_then(|one| known(one, &["specVersion"])))
        .maybe("name", document.and_then(|one| known(one, &["name"])))
        .with("packages", amount)
        .with("files", elements().filter(of("software_File")).count())
        .with("relationships", elements().filter(is_relationship).count())
        .maybe("created", creation.and_then(|one| known(one, &["created"])))
        .maybe("creators", creation.and_then(|one| known(one, &["createdBy"])));
    let about = pairs(
        "document",
        vec![
            pair("name", document.and_then(|one| one.get("name"))),
            pair("version of SPDX", creation.and_then(|one| one.get("specVersion"))),
            pair("created", creation.and_then(|one| one.get("created"))),
            pair("creators", creation.and_then(|one| one.get("createdBy"))),
        ],
    );
    let list = table("packages", COLUMNS, packages(), |package| {
        let reference = first(package, &[&["software_packageUrl"], &["software_downloadLocation"]]);
        let version = word(package, &["software_packageVersion"]);
        let cells = vec![word(package, &["name"]), version, stated(&licence(package)).to_owned(), reference];
        (Weight::Plain, cells)
    });
    let name = document.map(|one| word(one, &["name"])).unwrap_or_default();
    Parts {
        format: "SPDX",
        headline: joined(&[name, number(amount, "package", "packages")]),
        facts,
        sections: [about, list, licences(item, &tally)].into_iter().flatten().collect(),
    }
}

fn is_relationship(element: &Item<'_>) -> bool {
    element.word(&["type"]).is_some_and(|kind| kind.ends_with("Relationship"))
}

/// Licences by the element that has them, through the relationships of the graph.
fn licences_by_element(item: Item<'_>) -> HashMap<String, String> {
    let mut names: HashMap<&str, String> = HashMap::new();
    for element in item.list(&["@graph"]) {
        if let Some(id) = element.word(&["spdxId"]) {
            let name = first(element, &[&["simplelicensing_licenseExpression"], &["name"]]);
            names.insert(id, name);
        }
    }
    let mut out = HashMap::new();
    for relationship in item.list(&["@graph"]).filter(is_relationship) {
        let kind = relationship.word(&["relationshipType"]).unwrap_or_default();
        if !matches!(kind, "hasConcludedLicense" | "hasDeclaredLicense") {
            continue;
        }
        let to = relationship.get("to").and_then(|to| match to.kind() {
            Kind::List => to.children().next().map(Item::text),
            _ => to.scalar(),
        });
        let (Some(from), Some(to)) = (relationship.word(&["from"]), to) else { continue };
        let name = names.get(to).filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| to.to_owned());
        if kind == "hasConcludedLicense" || !out.contains_key(from) {
            out.insert(from.to_owned(), name);
        }
    }
    out
}
