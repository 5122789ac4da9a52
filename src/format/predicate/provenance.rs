//! SLSA provenance, versions 0.1, 0.2 and 1: who built it, from what, how.

use super::table::{
    Parts, count, digest, digests, first, joined, known, leaves, number, pair, pairs, said, table, word,
};
use crate::model::document::{Item, Kind};
use crate::model::facts::Fact;
use crate::model::view::{Section, Weight};

/// Versions 0.1 and 0.2.
pub(super) fn version_0(item: Item<'_>) -> Parts {
    let at = |keys: &[&str]| item.at(keys);
    let materials = count(item, &["materials"]);
    let source = item.at(&["invocation", "configSource"]);
    let facts = Fact::map()
        .maybe("build_type", known(item, &["buildType"]).or_else(|| known(item, &["recipe", "type"])))
        .maybe("builder", known(item, &["builder", "id"]))
        .with("materials", materials)
        .maybe("config_source", known(item, &["invocation", "configSource", "uri"]))
        .maybe(
            "entry_point",
            known(item, &["invocation", "configSource", "entryPoint"])
                .or_else(|| known(item, &["recipe", "entryPoint"])),
        )
        .maybe("started", known(item, &["metadata", "buildStartedOn"]))
        .maybe("finished", known(item, &["metadata", "buildFinishedOn"]));
    let trigger = ["github_event_name", "GITHUB_EVENT_NAME"]
        .iter()
        .find_map(|name| item.at(&["invocation", "environment", name]));
    let sections = [
        pairs(
            "build",
            vec![
                pair("builder", at(&["builder", "id"])),
                pair("build type", at(&["buildType"]).or_else(|| at(&["recipe", "type"]))),
                pair("source", source.and_then(|source| source.get("uri"))),
                pair("digest of the source", source.and_then(|source| source.get("digest"))),
                pair(
                    "entry point",
                    source
                        .and_then(|source| source.get("entryPoint"))
                        .or_else(|| at(&["recipe", "entryPoint"])),
                ),
                pair("trigger", trigger),
                pair(
                    "invocation",
                    at(&["metadata", "buildInvocationID"]).or_else(|| at(&["metadata", "buildInvocationId"])),
                ),
                pair("started", at(&["metadata", "buildStartedOn"])),
                pair("finished", at(&["metadata", "buildFinishedOn"])),
                pair("reproducible", at(&["metadata", "reproducible"])),
                completeness(item),
            ],
        ),
        leaves("parameters", at(&["invocation", "parameters"]).or_else(|| at(&["recipe", "arguments"]))),
        dependencies("materials", item.list(&["materials"])),
        leaves("environment", at(&["invocation", "environment"]).or_else(|| at(&["recipe", "environment"]))),
        leaves("build configuration", at(&["buildConfig"])),
        leaves("buildx", at(&["metadata", "https://mobyproject.org/buildkit@v1#metadata"])),
    ];
    let from = source.map(|source| word(source, &["uri"])).filter(|uri| !uri.is_empty());
    let from = from.or_else(|| item.list(&["materials"]).next().map(|material| word(material, &["uri"])));
    parts("SLSA provenance v0.x", item.at(&["builder"]), from.unwrap_or_default(), facts, sections.into())
}

/// Version 1.
pub(super) fn version_1(item: Item<'_>) -> Parts {
    let definition = item.get("buildDefinition");
    let run = item.get("runDetails");
    let defined = |keys: &[&str]| definition.and_then(|definition| definition.at(keys));
    let ran = |keys: &[&str]| run.and_then(|run| run.at(keys));
    let dependency = || definition.and_then(|one| one.list(&["resolvedDependencies"]).next());
    let amount = definition.map_or(0, |one| count(one, &["resolvedDependencies"]));
    let facts = Fact::map()
        .maybe("build_type", known(item, &["buildDefinition", "buildType"]))
        .maybe("builder", known(item, &["runDetails", "builder", "id"]))
        .maybe("invocation", known(item, &["runDetails", "metadata", "invocationId"]))
        .with("resolved_dependencies", amount)
        .maybe("started", known(item, &["runDetails", "metadata", "startedOn"]))
        .maybe("finished", known(item, &["runDetails", "metadata", "finishedOn"]));
    let source = definition.map(source_of).unwrap_or_default();
    let commit = dependency().and_then(|one| one.get("digest"));
    let trigger = defined(&["internalParameters", "github", "event_name"])
        .or_else(|| defined(&["internalParameters", "GITHUB_EVENT_NAME"]));
    let runner = defined(&["internalParameters", "github", "runner_environment"]);
    let sections = [
        pairs(
            "build",
            vec![
                pair("builder", ran(&["builder", "id"])),
                pair("build type", defined(&["buildType"])),
                definition.and_then(|one| said("source", one, Weight::Plain, &source)),
                pair("digest of the source", commit),
                pair("workflow", defined(&["externalParameters", "workflow", "path"])),
                pair("trigger", trigger),
                runner.and_then(|one| said("runner", one, weight_of_runner(one.text()), one.text())),
                pair("invocation", ran(&["metadata", "invocationId"])),
                pair("started", ran(&["metadata", "startedOn"])),
                pair("finished", ran(&["metadata", "finishedOn"])),
            ],
        ),
        leaves("parameters of the caller", defined(&["externalParameters"])),
        leaves("parameters of the builder", defined(&["internalParameters"])),
        dependencies(
            "dependencies",
            definition.into_iter().flat_map(|one| one.list(&["resolvedDependencies"])),
        ),
        dependencies("by-products", run.into_iter().flat_map(|one| one.list(&["byproducts"]))),
        leaves("versions of the builder", ran(&["builder", "version"])),
    ];
    parts("SLSA provenance v1", ran(&["builder"]), source, facts, sections.into())
}

fn parts(
    format: &'static str,
    builder: Option<Item<'_>>,
    source: String,
    facts: Fact,
    sections: Vec<Option<Section>>,
) -> Parts {
    let builder = builder.map(|builder| word(builder, &["id"])).unwrap_or_default();
    let builder = if builder.is_empty() { "no builder is named".to_owned() } else { format!("by {builder}") };
    let source = if source.is_empty() { source } else { format!("from {source}") };
    Parts {
        format,
        headline: joined(&[builder, source]),
        facts,
        sections: sections.into_iter().flatten().collect(),
    }
}

/// A job on a machine of somebody's own can be told to build anything.
fn weight_of_runner(runner: &str) -> Weight {
    if runner == "self-hosted" { Weight::Notable } else { Weight::Plain }
}

/// Repository and ref of a workflow, else the source that the parameters name, else the first dependency.
fn source_of(definition: Item<'_>) -> String {
    let workflow = definition.at(&["externalParameters", "workflow"]);
    if let Some(repository) = workflow.and_then(|workflow| workflow.word(&["repository"])) {
        let at = workflow.and_then(|workflow| workflow.word(&["ref"]));
        return at.map_or_else(|| repository.to_owned(), |at| format!("{repository}@{at}"));
    }
    let named = first(
        definition,
        &[
            &["externalParameters", "source", "uri"],
            &["externalParameters", "source"],
            &["externalParameters", "configSource", "uri"],
            &["externalParameters", "repository"],
        ],
    );
    if !named.is_empty() {
        return named;
    }
    definition.list(&["resolvedDependencies"]).next().map(|one| word(one, &["uri"])).unwrap_or_default()
}

fn dependencies<'a>(title: &str, items: impl Iterator<Item = Item<'a>>) -> Option<Section> {
    table(title, &["what", "digest", "kind"], items, |one| {
        let name = first(one, &[&["uri"], &["name"], &["downloadLocation"]]);
        (Weight::Plain, vec![name, digest(one), word(one, &["mediaType"])])
    })
}

/// What the builder says it has written down completely.
fn completeness(item: Item<'_>) -> Option<crate::model::view::Row> {
    let complete = item.at(&["metadata", "completeness"])?;
    let named = |wanted: &str| {
        let names: Vec<&str> =
            complete.children().filter(|one| one.text() == wanted).filter_map(Item::key).collect();
        names.join(", ")
    };
    let (yes, no) = (named("true"), named("false"));
    let yes = if yes.is_empty() { yes } else { format!("complete: {yes}") };
    let no = if no.is_empty() { no } else { format!("not complete: {no}") };
    said("completeness", complete, Weight::Plain, &joined(&[yes, no]))
}

/// How many of something a provenance names, for other readers' headlines.
pub(super) fn materials(item: Item<'_>, key: &str) -> String {
    let amount = match item.get(key) {
        Some(list) if list.kind() == Kind::List => list.count(),
        // Old links name them in an object.
        Some(map) if map.kind() == Kind::Map => map.count(),
        _ => return String::new(),
    };
    number(amount, key.trim_end_matches('s'), key)
}

/// Rows about artifacts, in the list of today or the object of old links.
pub(super) fn artifacts(title: &str, item: Item<'_>, key: &str) -> Option<Section> {
    let list = item.get(key)?;
    let old = list.kind() == Kind::Map;
    table(title, &["what", "digest"], list.children(), |one| {
        let name = first(one, &[&["uri"], &["name"], &["downloadLocation"]]);
        let cells = if old {
            vec![super::table::cell(one.key().unwrap_or_default()), digests(one)]
        } else {
            vec![name, digest(one)]
        };
        (Weight::Plain, cells)
    })
}
