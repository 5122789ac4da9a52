//! The smaller predicates: summaries of verification, test results, attributes, links, releases, and cosign's own.

use super::provenance::{artifacts, materials};
use super::table::{
    Parts, cell, count, digest, first, joined, known, leaves, number, pair, pairs, said, table, word,
};
use crate::model::document::{Item, Kind};
use crate::model::facts::Fact;
use crate::model::view::{Section, Weight};

fn put<const N: usize>(
    format: &'static str,
    headline: String,
    facts: Fact,
    sections: [Option<Section>; N],
) -> Parts {
    Parts { format, headline, facts, sections: sections.into_iter().flatten().collect() }
}

fn list_fact(item: Item<'_>, keys: &[&str]) -> Fact {
    Fact::List(item.list(keys).take(1_000).map(super::table::fact).collect())
}

fn words_of(item: Item<'_>, keys: &[&str]) -> String {
    let words: Vec<&str> = item.list(keys).take(50).map(Item::text).collect();
    cell(&words.join(", "))
}

/// SLSA verification summary, versions 0.2 and 1 (`slsa.dev/verification_summary`).
pub(super) fn summary(item: Item<'_>) -> Parts {
    let result = first(item, &[&["verificationResult"], &["verification_result"]]);
    let levels = if count(item, &["verifiedLevels"]) > 0 {
        words_of(item, &["verifiedLevels"])
    } else {
        word(item, &["policy_level"])
    };
    let facts = Fact::map()
        .maybe("verifier", known(item, &["verifier", "id"]))
        .with("result", result.as_str())
        .with("levels", list_fact(item, &["verifiedLevels"]))
        .maybe("time", known(item, &["timeVerified"]).or_else(|| known(item, &["time_verified"])))
        .maybe("resource", known(item, &["resourceUri"]).or_else(|| known(item, &["resource_uri"])))
        .maybe("policy", known(item, &["policy", "uri"]));
    let weight = if result == "PASSED" { Weight::Good } else { Weight::Bad };
    let about = pairs(
        "verification",
        vec![
            said("result", item, weight, &result),
            said("levels", item, Weight::Plain, &levels),
            pair("verifier", item.at(&["verifier", "id"])),
            pair("time", item.get("timeVerified").or_else(|| item.get("time_verified"))),
            pair("resource", item.get("resourceUri").or_else(|| item.get("resource_uri"))),
            pair("policy", item.at(&["policy", "uri"])),
            pair("digest of the policy", item.at(&["policy", "digest"])),
            pair("version of SLSA", item.get("slsaVersion")),
        ],
    );
    let inputs =
        if item.get("inputAttestations").is_some() { "inputAttestations" } else { "input_attestations" };
    put(
        "VSA",
        joined(&[result, levels, word(item, &["verifier", "id"])]),
        facts,
        [
            about,
            artifacts("attestations that were read", item, inputs),
            leaves("levels of dependencies", item.get("dependencyLevels")),
        ],
    )
}

/// Simple verification result (`in-toto.io/attestation/svr`).
pub(super) fn simple(item: Item<'_>) -> Parts {
    let facts = Fact::map()
        .maybe("verifier", known(item, &["verifier", "id"]))
        .maybe("time", known(item, &["timeCreated"]))
        .with("properties", list_fact(item, &["properties"]));
    let about = pairs(
        "verification",
        vec![pair("verifier", item.at(&["verifier", "id"])), pair("time", item.get("timeCreated"))],
    );
    let properties = table("properties", &["property"], item.list(&["properties"]), |one| {
        (Weight::Plain, vec![cell(one.text())])
    });
    let policies = artifacts("policies", item.get("verifier").unwrap_or(item), "policies");
    let headline = joined(&[words_of(item, &["properties"]), word(item, &["verifier", "id"])]);
    put("SVR", headline, facts, [about, properties, policies])
}

/// Result of tests (`in-toto.io/attestation/test-result`).
pub(super) fn test_result(item: Item<'_>) -> Parts {
    let result = word(item, &["result"]);
    let amounts = ["passedTests", "warnedTests", "failedTests"].map(|key| count(item, &[key]));
    let [passed, warned, failed] = amounts;
    let facts = Fact::map()
        .maybe("result", known(item, &["result"]))
        .with("passed", passed)
        .with("warned", warned)
        .with("failed", failed);
    let weight = match result.as_str() {
        "PASSED" => Weight::Good,
        "WARNED" => Weight::Notable,
        _ => Weight::Bad,
    };
    let about = pairs("tests", vec![said("result", item, weight, &result), pair("run", item.get("url"))]);
    let tests = |title: &str, key: &str, weight: Weight| {
        table(title, &["test"], item.list(&[key]), |one| (weight, vec![cell(one.text())]))
    };
    let counted = format!("{passed} passed, {warned} warned, {failed} failed");
    put(
        "test result",
        joined(&[result, counted]),
        facts,
        [
            about,
            tests("failed", "failedTests", Weight::Bad),
            tests("warned", "warnedTests", Weight::Notable),
            tests("passed", "passedTests", Weight::Plain),
            artifacts("configuration", item, "configuration"),
        ],
    )
}

/// Attributes of software supply chains (`in-toto.io/attestation/scai`).
pub(super) fn scai(item: Item<'_>) -> Parts {
    let names: Vec<Fact> = item
        .list(&["attributes"])
        .take(1_000)
        .filter_map(|one| one.word(&["attribute"]).map(Fact::from))
        .collect();
    let facts = Fact::map().with("attributes", names);
    let columns = &["attribute", "conditions", "evidence", "target"];
    let list = table("attributes", columns, item.list(&["attributes"]), |one| {
        let conditions: Vec<String> = one
            .get("conditions")
            .into_iter()
            .flat_map(Item::children)
            .take(20)
            .map(|condition| format!("{}: {}", condition.key().unwrap_or_default(), condition.text()))
            .collect();
        let named = |key: &str| {
            one.get(key)
                .map(|about| joined(&[first(about, &[&["name"], &["uri"]]), digest(about)]))
                .unwrap_or_default()
        };
        (
            Weight::Plain,
            vec![word(one, &["attribute"]), cell(&conditions.join(", ")), named("evidence"), named("target")],
        )
    });
    let producer = item.get("producer");
    let about = pairs(
        "producer",
        vec![
            pair("name", producer.and_then(|one| one.get("name"))),
            pair("place", producer.and_then(|one| one.get("uri"))),
            pair("digest", producer.and_then(|one| one.get("digest"))),
            pair("from", producer.and_then(|one| one.get("downloadLocation"))),
        ],
    );
    let names: Vec<String> =
        item.list(&["attributes"]).take(8).map(|one| word(one, &["attribute"])).collect();
    put("SCAI", joined(&names), facts, [list, about])
}

/// A link of in-toto's layouts, of either age.
pub(super) fn link(item: Item<'_>) -> Parts {
    let command = match item.get("command") {
        Some(list) if list.kind() == Kind::List => {
            cell(&list.children().take(100).map(Item::text).collect::<Vec<_>>().join(" "))
        }
        _ => word(item, &["command"]),
    };
    let returned = item.at(&["byproducts", "return-value"]);
    let facts = Fact::map()
        .maybe("name", known(item, &["name"]))
        .with("command", command.as_str())
        .maybe("return_value", returned.map(super::table::fact));
    let about = pairs(
        "step",
        vec![
            pair("name", item.get("name")),
            said("command", item, Weight::Plain, &command),
            returned.and_then(|value| {
                let weight = if value.text() == "0" { Weight::Good } else { Weight::Bad };
                said("return value", value, weight, value.text())
            }),
        ],
    );
    put(
        "link",
        joined(&[word(item, &["name"]), command, materials(item, "materials"), materials(item, "products")]),
        facts,
        [
            about,
            artifacts("materials", item, "materials"),
            artifacts("products", item, "products"),
            leaves("by-products", item.get("byproducts")),
            leaves("environment", item.get("environment")),
        ],
    )
}

/// A release (`in-toto.io/attestation/release`); GitHub's immutable releases have more fields.
pub(super) fn release(item: Item<'_>) -> Parts {
    let facts = Fact::map()
        .maybe("purl", known(item, &["purl"]))
        .maybe("release_id", known(item, &["releaseId"]))
        .maybe("tag", known(item, &["tag"]))
        .maybe("repository", known(item, &["repository"]));
    let named = |label: &str, key: &str| pair(label, item.get(key));
    let about = pairs(
        "release",
        vec![
            named("package", "purl"),
            named("release", "releaseId"),
            named("package identifier", "packageId"),
            named("tag", "tag"),
            named("repository", "repository"),
            named("repository identifier", "repositoryId"),
            named("owner identifier", "ownerId"),
        ],
    );
    let headline = joined(&[word(item, &["purl"]), word(item, &["tag"]), word(item, &["releaseId"])]);
    put("release", headline, facts, [about])
}

/// References to documents elsewhere (`in-toto.io/attestation/reference`).
pub(super) fn reference(item: Item<'_>) -> Parts {
    let amount = count(item, &["references"]);
    let facts = Fact::map().with("references", amount).maybe("attester", known(item, &["attester", "id"]));
    let columns = &["where", "media type", "digest"];
    let list = table("references", columns, item.list(&["references"]), |one| {
        let place = first(one, &[&["downloadLocation"], &["uri"], &["name"]]);
        (Weight::Plain, vec![place, word(one, &["mediaType"]), digest(one)])
    });
    let headline = joined(&[number(amount, "reference", "references"), word(item, &["attester", "id"])]);
    put(
        "reference",
        headline,
        facts,
        [pairs("attester", vec![pair("attester", item.at(&["attester", "id"]))]), list],
    )
}

/// What a build did (`in-toto.io/attestation/runtime-trace`).
pub(super) fn runtime_trace(item: Item<'_>) -> Parts {
    let amount = |key: &str| count(item, &["monitorLog", key]);
    let (process, network, files) = (amount("process"), amount("network"), amount("fileAccess"));
    let facts = Fact::map()
        .maybe("monitor", known(item, &["monitor", "type"]))
        .with("processes", process)
        .with("network", network)
        .with("files", files);
    let about = pairs(
        "monitor",
        vec![
            pair("kind", item.at(&["monitor", "type"])),
            pair("built by", item.at(&["monitoredProcess", "hostID"])),
            pair("started", item.at(&["metadata", "buildStartedOn"])),
            pair("finished", item.at(&["metadata", "buildFinishedOn"])),
        ],
    );
    let log = |title: &str, key: &str| leaves(title, item.at(&["monitorLog", key]));
    let counted = format!("{process} processes, {network} connections, {files} files");
    put(
        "runtime trace",
        joined(&[word(item, &["monitor", "type"]), counted]),
        facts,
        [about, log("processes", "process"), log("network", "network"), log("files", "fileAccess")],
    )
}

/// What npm's registry says when it publishes (`npm/attestation`, `specs/publish`).
pub(super) fn npm_publish(item: Item<'_>) -> Parts {
    let facts = Fact::map().maybe("name", known(item, &["name"])).maybe("version", known(item, &["version"]));
    let named = |key: &str| pair(key, item.get(key));
    let about = pairs("package", vec![named("name"), named("version"), named("registry")]);
    let headline = format!("{}@{}", word(item, &["name"]), word(item, &["version"]));
    put("npm publish", headline, facts, [about])
}

/// cosign's frame for what has no type of its own; its text is no JSON, else that is shown.
pub(super) fn cosign_custom(item: Item<'_>) -> Parts {
    let facts = Fact::map().maybe("timestamp", known(item, &["Timestamp"]));
    let about = pairs("content", vec![pair("time", item.get("Timestamp")), pair("data", item.get("Data"))]);
    put("cosign custom", word(item, &["Data"]), facts, [about])
}

/// The statement that a signature of cosign 3 is.
pub(super) fn cosign_sign(item: Item<'_>) -> Parts {
    put(
        "cosign signature",
        "a signature, which states nothing more".to_owned(),
        Fact::map(),
        [leaves("values", Some(item))],
    )
}

/// The scorecard of the OpenSSF.
pub(super) fn scorecard(item: Item<'_>) -> Parts {
    let facts = Fact::map().maybe("score", known(item, &["score"])).with("checks", count(item, &["checks"]));
    let about = pairs(
        "scorecard",
        vec![
            pair("score", item.get("score")),
            pair("repository", item.at(&["repo", "name"])),
            pair("commit", item.at(&["repo", "commit"])),
            pair("date", item.get("date")),
            pair("version", item.at(&["scorecard", "version"])),
        ],
    );
    let list = table("checks", &["check", "score", "reason"], item.list(&["checks"]), |one| {
        let score = word(one, &["score"]);
        let weight = match score.parse::<f64>() {
            Ok(score) if (0.0..5.0).contains(&score) => Weight::Notable,
            _ => Weight::Plain,
        };
        (weight, vec![first(one, &[&["name"], &["check"]]), score, word(one, &["reason"])])
    });
    put("scorecard", joined(&[word(item, &["repo", "name"]), word(item, &["score"])]), facts, [about, list])
}
