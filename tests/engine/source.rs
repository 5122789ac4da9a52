//! Directories as sources, and what is found on every image of the fixtures.

use std::collections::BTreeSet;
use std::fs;

use sigscope::discover::{Limits, evidence, plan};
use sigscope::model::artifact::ReferrersApi;
use sigscope::model::{ArtifactKind, Blob, Found, Missing, Reference};
use sigscope::port::Store;
use sigscope::source::{Layout, LayoutRule, Layouts, block_on, open_layout};

use crate::fixtures;

fn parse(text: &str) -> Reference {
    Reference::parse(text).unwrap()
}

fn layouts() -> Layouts {
    let dir = fixtures::folder().join("layouts");
    Layouts::new(vec![LayoutRule::parse(&format!("127.0.0.1:5000/myorg={}", dir.display())).unwrap()])
}

/// A copy of a layout that a test may damage.
fn copy(name: &str) -> tempfile::TempDir {
    let target = tempfile::tempdir().unwrap();
    copy_tree(&fixtures::folder().join("layouts").join(name), target.path());
    target
}

/// Copies what is below one folder into another.
pub(crate) fn copy_tree(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn every_fixture_is_found_whole() {
    let layouts = layouts();
    for fixture in fixtures::all() {
        let reference = parse(&format!("127.0.0.1:5000/{}:v1.2.3", fixture.repository));
        let layout = layouts.find(&reference).unwrap().unwrap();
        let tags = block_on(layout.tags(&reference, None)).unwrap();
        let listed: BTreeSet<&str> = plan::images(&tags.tags).into_iter().collect();
        let wanted: BTreeSet<&str> = fixture.tags.iter().map(String::as_str).collect();
        assert_eq!(listed, wanted, "{}", fixture.name);
        let evidence = block_on(evidence(&layout, &reference, &Limits::default())).unwrap();
        assert_eq!(evidence.digest.as_str(), fixture.digest, "{}", fixture.name);
        assert_eq!(evidence.gaps, [], "{}", fixture.name);
        assert_eq!(evidence.referrers, ReferrersApi::Answered);
        for artifact in &evidence.artifacts {
            assert!(!matches!(artifact.kind, ArtifactKind::Other(_)), "{}: {artifact:?}", fixture.name);
            assert!(artifact.layers.iter().all(|layer| matches!(layer.blob, Blob::Held(_))));
        }
        let own = |tag: &String| tag.starts_with(&fixture.digest.replace(':', "-"));
        for tag in fixture.signature_tags.iter().filter(|tag| own(tag) && tag.contains('.')) {
            let by_tag = Found::Tag(tag.clone());
            let hit = evidence.artifacts.iter().any(|artifact| artifact.found.contains(&by_tag));
            assert!(hit, "{}: {tag}", fixture.name);
        }
        if fixture.registry != "classic" {
            let hit = evidence.artifacts.iter().any(|artifact| {
                artifact.found == [Found::Referrers] && artifact.subject.as_ref() == Some(&evidence.digest)
            });
            assert!(hit, "{}", fixture.name);
        }
    }
}

#[test]
fn an_absent_repository_is_not_found() {
    let layouts = layouts();
    let absent = layouts.find(&parse("127.0.0.1:5000/myorg/no-such-thing:v1")).unwrap();
    assert!(matches!(absent, Err(Missing::NotFound { .. })), "{absent:?}");
    assert!(layouts.find(&parse("127.0.0.1:5001/myorg/unsigned:v1")).is_none());
    assert!(layouts.find(&parse("127.0.0.1:5000/myorg:v1")).is_none());
    let mut escape = parse("127.0.0.1:5000/myorg/x:v1");
    escape.repository = "myorg/../layouts/unsigned".to_owned();
    assert!(matches!(layouts.find(&escape).unwrap(), Err(Missing::Malformed { .. })));
}

#[test]
fn a_rule_needs_a_host_and_a_directory() {
    for bad in
        ["127.0.0.1:5000/myorg", "/x=/tmp", "host/UPPER=/tmp", "host/a=/no/such/dir", "h/a=/etc/passwd"]
    {
        assert!(LayoutRule::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn an_unknown_tag_is_not_found_but_a_broken_one_is() {
    let dir = copy("unsigned");
    let layout = open_layout(dir.path()).unwrap();
    let name = layout.repository().clone();
    let ask = |tag: &str| block_on(layout.manifest(&name.tagged(tag)));
    assert!(matches!(ask("nope"), Err(Missing::NotFound { .. })));
    let digest = ask("v1.2.3").unwrap().digest;
    let path = dir.path().join("blobs/sha256").join(digest.hex());
    fs::write(&path, b"{}").unwrap();
    assert!(matches!(ask("v1.2.3"), Err(Missing::DigestMismatch { .. })));
    fs::remove_file(&path).unwrap();
    assert!(matches!(ask("v1.2.3"), Err(Missing::Malformed { .. })));
}

#[cfg(unix)]
#[test]
fn links_out_of_the_layout_are_refused() {
    let dir = copy("unsigned");
    let outside = tempfile::tempdir().unwrap();
    let layout = open_layout(dir.path()).unwrap();
    let name = layout.repository().tagged("v1.2.3");
    let manifest = block_on(layout.manifest(&name)).unwrap();
    let path = dir.path().join("blobs/sha256").join(manifest.digest.hex());
    let target = outside.path().join("blob");
    fs::rename(&path, &target).unwrap();
    std::os::unix::fs::symlink(&target, &path).unwrap();
    let refused = block_on(layout.manifest(&name));
    assert!(
        matches!(&refused, Err(Missing::Malformed { problem, .. }) if problem.contains("leaves")),
        "{refused:?}"
    );
}

#[test]
fn a_broken_signature_manifest_is_a_gap_and_not_nothing() {
    let dir = copy("key-p256");
    let layout = open_layout(dir.path()).unwrap();
    let image = layout.repository().tagged("v1.2.3");
    let whole = block_on(evidence(&layout, &image, &Limits::default())).unwrap();
    let path = dir.path().join("blobs/sha256").join(whole.artifacts[0].digest.hex());
    fs::write(path, b"{}").unwrap();
    let broken = block_on(evidence(&layout, &image, &Limits::default())).unwrap();
    assert!(broken.artifacts.is_empty());
    let gap = broken.gap_for(&ArtifactKind::CosignSignature).unwrap();
    assert!(matches!(gap.why, Missing::DigestMismatch { .. }), "{gap:?}");
}

#[test]
fn a_layout_without_tags_answers_to_latest() {
    let dir = copy("unsigned");
    let layout = open_layout(dir.path()).unwrap();
    let digest = block_on(layout.manifest(&layout.repository().tagged("v1.2.3"))).unwrap();
    let index = serde_json::json!({"schemaVersion": 2, "manifests": [
        {"mediaType": digest.media_type, "digest": digest.digest.as_str(), "size": digest.bytes.len()}]});
    fs::write(dir.path().join("index.json"), index.to_string()).unwrap();
    let layout = Layout::open(dir.path(), layout.repository()).unwrap();
    assert_eq!(block_on(layout.tags(layout.repository(), None)).unwrap().tags, ["latest"]);
    assert_eq!(block_on(layout.manifest(layout.repository())).unwrap(), digest);
}

#[test]
fn bad_blobs_of_a_directory_are_named() {
    let dir = copy("key-p256");
    let layout = open_layout(dir.path()).unwrap();
    let image = layout.repository().tagged("v1.2.3");
    let look = || block_on(evidence(&layout, &image, &Limits::default())).unwrap();
    let layer = look().artifacts[0].layers[0].clone();
    let path = dir.path().join("blobs/sha256").join(layer.digest.hex());
    let whole = fs::read(&path).unwrap();
    let fault = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let found = look();
        assert_eq!((found.gaps.len(), found.artifacts.len()), (1, 1), "{:?}", found.gaps);
        assert_eq!(found.artifacts[0].layers[0].blob, Blob::Missing(found.gaps[0].why.clone()));
        found.gaps[0].why.clone()
    };
    assert!(matches!(fault(&whole[1..]), Missing::Truncated { .. }));
    assert!(matches!(fault(&vec![b'x'; whole.len()]), Missing::DigestMismatch { .. }));
    let huge = fs::File::options().write(true).open(&path).unwrap();
    huge.set_len(2 << 30).unwrap();
    let found = look();
    assert!(
        matches!(found.gaps[0].why, Missing::TooLarge { size, .. } if size == 2 << 30),
        "{:?}",
        found.gaps
    );
    fs::remove_file(&path).unwrap();
    assert!(matches!(look().gaps[0].why, Missing::NotFound { .. }));
}
