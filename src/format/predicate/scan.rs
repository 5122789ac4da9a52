//! Vulnerability scans: cosign's and in-toto's frames with the report of a scanner inside, and bare reports.

use super::table::{
    MOST_ROWS, Parts, Tally, cell, digests, first, joined, known, number, pair, pairs, row, said, word,
};
use crate::model::document::{Item, Kind};
use crate::model::facts::Fact;
use crate::model::view::{Row, Section, Weight};

/// Severities from the gravest on, as they are counted.
const SEVERITIES: &[&str] = &["CRITICAL", "HIGH", "MEDIUM", "LOW", "NEGLIGIBLE", "UNKNOWN"];

/// How grave a severity is.
pub(super) fn weight_of(severity: &str) -> Weight {
    match severity.to_ascii_uppercase().as_str() {
        "CRITICAL" | "HIGH" => Weight::Bad,
        "MEDIUM" => Weight::Notable,
        _ => Weight::Plain,
    }
}

/// What a report found.
#[derive(Default)]
struct Found {
    shape: &'static str,
    severities: Tally,
    rows: Vec<Row>,
    amount: usize,
    /// Counts that the report states by itself.
    stated: Vec<(String, usize)>,
}

impl Found {
    fn add(&mut self, item: Item<'_>, severity: &str, cells: Vec<String>) {
        self.amount += 1;
        self.severities.add(if severity.is_empty() { "none stated" } else { severity });
        if self.rows.len() < MOST_ROWS {
            self.rows.push(row(item, weight_of(severity), cells));
        }
    }

    fn words(&self) -> String {
        let counted = |list: &[(String, usize)]| {
            let mut list: Vec<&(String, usize)> = list.iter().filter(|one| one.1 > 0).collect();
            list.sort_by_key(|(severity, _)| rank(severity));
            list.iter()
                .map(|(severity, count)| format!("{count} {}", severity.to_lowercase()))
                .collect::<Vec<_>>()
        };
        let words = if self.amount == 0 && !self.stated.is_empty() {
            counted(&self.stated)
        } else {
            counted(self.severities.list())
        };
        if words.is_empty() { "nothing found".to_owned() } else { joined(&words) }
    }

    fn sections(mut self, item: Item<'_>) -> Vec<Section> {
        self.rows.sort_by_key(|row| rank(row.cells.get(1).map(String::as_str).unwrap_or_default()));
        let rows = std::mem::take(&mut self.rows);
        let left_out = self.amount.saturating_sub(rows.len());
        let columns = vec!["id", "severity", "package", "installed", "fixed in", "where"];
        let list =
            (!rows.is_empty()).then(|| Section { title: "findings".to_owned(), columns, rows, left_out });
        self.counts(item).into_iter().chain(list).collect()
    }

    /// Both the counts that the report states and those of its list: policies read the first, and they may differ.
    fn counts(&self, item: Item<'_>) -> Option<Section> {
        let mut names: Vec<&str> =
            self.severities.list().iter().chain(&self.stated).map(|(name, _)| name.as_str()).collect();
        names.sort_by_key(|name| (rank(name), name.to_uppercase()));
        names.dedup_by_key(|name| name.to_uppercase());
        let rows: Vec<Row> = names
            .into_iter()
            .map(|name| {
                let listed = self.severities.of(name);
                let stated = self.stated.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
                let mut cells = vec![name.to_owned(), listed.to_string()];
                let most = stated.map_or(listed, |(_, count)| listed.max(*count));
                cells.push(stated.map(|(_, count)| count.to_string()).unwrap_or_default());
                row(item, if most > 0 { weight_of(name) } else { Weight::Plain }, cells)
            })
            .collect();
        let columns = vec!["severity", "listed", "stated in a summary"];
        (!rows.is_empty()).then(|| Section { title: "by severity".to_owned(), columns, rows, left_out: 0 })
    }
}

fn rank(severity: &str) -> usize {
    SEVERITIES.iter().position(|known| known.eq_ignore_ascii_case(severity)).unwrap_or(SEVERITIES.len())
}

/// The frame that cosign and in-toto give a report.
pub(super) fn frame(item: Item<'_>) -> Parts {
    let result = item.at(&["scanner", "result"]);
    let found = report(item, result);
    let facts = Fact::map()
        .maybe("scanner", known(item, &["scanner", "uri"]))
        .maybe("scanner_version", known(item, &["scanner", "version"]))
        .maybe("scan_finished", known(item, &["metadata", "scanFinishedOn"]))
        .with("result_shape", found.shape);
    let facts = match found.shape {
        "list" => facts.with("findings", found.amount),
        "null" => facts,
        _ => facts.with("severities", found.severities.fact()),
    };
    let scanner = first(item, &[&["scanner", "uri"], &["scanner", "vendor"], &["scanner", "name"]]);
    let finished = word(item, &["metadata", "scanFinishedOn"]);
    let by = if scanner.is_empty() { scanner } else { format!("by {scanner}") };
    let on = if finished.is_empty() { finished } else { format!("on {finished}") };
    let about = pairs(
        "scan",
        vec![
            pair("scanner", item.at(&["scanner", "uri"])),
            pair("version", item.at(&["scanner", "version"])),
            pair("database", item.at(&["scanner", "db", "uri"])),
            pair("version of the database", item.at(&["scanner", "db", "version"])),
            pair("database updated", item.at(&["scanner", "db", "lastUpdate"])),
            pair("started", item.at(&["metadata", "scanStartedOn"])),
            pair("finished", item.at(&["metadata", "scanFinishedOn"])),
            pair("invocation", item.at(&["invocation", "uri"])),
            pair("event", item.at(&["invocation", "event_id"])),
            pair("builder", item.at(&["invocation", "builder.id"])),
            result.and_then(|result| pair("of", result.get("ArtifactName"))),
            said(
                "result",
                item,
                Weight::Plain,
                if found.shape == "null" { "none: nothing was found" } else { "" },
            ),
        ],
    );
    let headline = joined(&[found.words(), by, on]);
    let sections = about.into_iter().chain(found.sections(item)).collect();
    Parts { format: "vulnerability scan", headline, facts, sections }
}

/// What is inside of a frame: a list of in-toto, a report of Trivy or Grype, a summary alone, or nothing.
fn report(frame: Item<'_>, result: Option<Item<'_>>) -> Found {
    let Some(result) = result.filter(|result| result.kind() != Kind::Null) else {
        // Version 0.2 of in-toto's frame has its list beside the scanner.
        return match frame.get("vulnerabilities").filter(|list| list.kind() == Kind::List) {
            Some(list) => listed(list),
            None => Found { shape: "null", ..Found::default() },
        };
    };
    let mut found = match result.kind() {
        Kind::List => listed(result),
        Kind::Map if result.get("Results").is_some() || result.get("SchemaVersion").is_some() => {
            of_trivy(result)
        }
        Kind::Map if result.get("matches").is_some() => of_grype(result),
        Kind::Map => Found { shape: "other", ..Found::default() },
        _ => Found { shape: "text", ..Found::default() },
    };
    found.stated = stated(result);
    if found.shape == "other" && !found.stated.is_empty() {
        found.shape = "summary";
    }
    found
}

/// Counts by severity: `summary.criticalCount`, `criticalCount`, `summary.CRITICAL`, as they are in policies of the web.
fn stated(result: Item<'_>) -> Vec<(String, usize)> {
    let places = [result.get("summary"), Some(result)];
    let mut out: Vec<(String, usize)> = Vec::new();
    for child in
        places.into_iter().flatten().flat_map(Item::children).filter(|one| one.kind() == Kind::Number)
    {
        let key = child.key().unwrap_or_default().to_ascii_uppercase();
        let name = key.strip_suffix("COUNT").unwrap_or(&key).trim_end_matches('_').to_owned();
        let Ok(count) = child.text().parse() else { continue };
        if SEVERITIES.contains(&name.as_str()) && !out.iter().any(|(known, _)| *known == name) {
            out.push((name, count));
        }
    }
    out
}

/// A list of in-toto (`attestation/vulns`).
fn listed(list: Item<'_>) -> Found {
    let mut found = Found { shape: "list", ..Found::default() };
    for one in list.children() {
        let scores: Vec<String> = one
            .list(&["severity"])
            .take(10)
            .map(|score| format!("{} {}", word(score, &["method"]), word(score, &["score"])))
            .collect();
        let plain = word(one, &["severity"]);
        let severity = if plain.is_empty() { cell(&scores.join(", ")) } else { plain };
        let package = first(one, &[&["package"], &["component"], &["purl"]]);
        let (installed, fixed) = (word(one, &["version"]), first(one, &[&["fixedVersion"], &["fixed"]]));
        let cells = vec![word(one, &["id"]), severity.clone(), package, installed, fixed, String::new()];
        found.add(one, &severity, cells);
    }
    found
}

fn of_trivy(report: Item<'_>) -> Found {
    let mut found = Found { shape: "trivy report", ..Found::default() };
    for target in report.list(&["Results"]) {
        let place = word(target, &["Target"]);
        for one in target.list(&["Vulnerabilities"]) {
            let severity = word(one, &["Severity"]);
            let keys = ["PkgName", "InstalledVersion", "FixedVersion"];
            let [package, installed, fixed] = keys.map(|key| word(one, &[key]));
            let id = word(one, &["VulnerabilityID"]);
            let cells = vec![id, severity.clone(), package, installed, fixed, place.clone()];
            found.add(one, &severity, cells);
        }
    }
    found
}

fn of_grype(report: Item<'_>) -> Found {
    let mut found = Found { shape: "grype report", ..Found::default() };
    for one in report.list(&["matches"]) {
        let severity = word(one, &["vulnerability", "severity"]);
        let versions: Vec<&str> =
            one.list(&["vulnerability", "fix", "versions"]).take(10).map(Item::text).collect();
        let place = one.list(&["artifact", "locations"]).next().map(|place| word(place, &["path"]));
        let cells = vec![
            word(one, &["vulnerability", "id"]),
            severity.clone(),
            word(one, &["artifact", "name"]),
            word(one, &["artifact", "version"]),
            cell(&versions.join(", ")),
            place.unwrap_or_default(),
        ];
        found.add(one, &severity, cells);
    }
    found
}

/// A report of Trivy alone.
pub(super) fn trivy(item: Item<'_>) -> Parts {
    let found = of_trivy(item);
    let facts = Fact::map()
        .maybe("artifact", known(item, &["ArtifactName"]))
        .with("severities", found.severities.fact());
    let about = pairs(
        "scan",
        vec![
            pair("of", item.get("ArtifactName")),
            pair("kind", item.get("ArtifactType")),
            pair("created", item.get("CreatedAt")),
            pair("digests", item.at(&["Metadata", "RepoDigests"])),
        ],
    );
    bare("Trivy report", item, "ArtifactName", found, facts, about)
}

/// A report of Grype alone.
pub(super) fn grype(item: Item<'_>) -> Parts {
    let found = of_grype(item);
    let facts = Fact::map()
        .maybe("scanner_version", known(item, &["descriptor", "version"]))
        .with("severities", found.severities.fact());
    let digest = item.get("source").and_then(|source| source.get("target"));
    let about = pairs(
        "scan",
        vec![
            pair("scanner", item.at(&["descriptor", "name"])),
            pair("version", item.at(&["descriptor", "version"])),
            pair("created", item.at(&["descriptor", "timestamp"])),
            pair("of", digest.and_then(|target| target.get("userInput"))),
            digest.and_then(|target| said("digest", target, Weight::Plain, &digests(target))),
        ],
    );
    bare("Grype report", item, "source", found, facts, about)
}

fn bare(
    format: &'static str,
    item: Item<'_>,
    of: &str,
    found: Found,
    facts: Fact,
    about: Option<Section>,
) -> Parts {
    let amount = number(found.amount, "finding", "findings");
    let headline = joined(&[word(item, &[of]), amount, found.words()]);
    Parts { format, headline, facts, sections: about.into_iter().chain(found.sections(item)).collect() }
}
