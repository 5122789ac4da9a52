//! A registry that fails or lies: every failure has its name, and nothing that hangs on an image is dropped in silence.

use std::time::Duration;

use serde_json::json;
use sigscope::discover::{Limits, evidence};
use sigscope::model::artifact::ReferrersApi;
use sigscope::model::{ArtifactKind, Blob, Evidence, Found, Gap, Missing};
use sigscope::port::Store;
use sigscope::source::registry::Credentials;
use sigscope::source::{Registry, RegistryOptions, block_on, open_layout};

use crate::fixtures;
use crate::registry::{client, image, look, options, run, serve};
use crate::server::Fault;
use crate::source::copy_tree;

const ALWAYS: usize = usize::MAX;

/// What is found on an image with a classic signature when a fault strikes.
fn with(part: &str, times: usize, fault: Fault) -> Evidence {
    let server = serve(|setup| setup.referrers = false);
    server.fail(part, times, fault);
    look(&client(Credentials::none()), &image(&server, "key-p256")).unwrap()
}

fn only_gap(evidence: &Evidence) -> &Gap {
    assert_eq!(evidence.gaps.len(), 1, "{:?}", evidence.gaps);
    &evidence.gaps[0]
}

#[test]
fn a_limit_is_no_absence() {
    let found = with(".sig", ALWAYS, Fault::Status(429, vec![("retry-after", "0".into())]));
    let gap = only_gap(&found);
    assert!(matches!(gap.why, Missing::Limited { retry_after: Some(0), .. }), "{gap:?}");
    assert_eq!(found.gap_for(&ArtifactKind::CosignSignature), Some(gap));
    assert!(gap.is_at_tag(".sig") && found.artifacts.is_empty());
}

#[test]
fn a_limit_that_passes_is_waited_for_and_a_long_one_is_said() {
    let server = serve(|_| {});
    let client = client(Credentials::none());
    let reference = image(&server, "key-p256");
    let sig = || server.seen().iter().filter(|seen| seen.path.ends_with(".sig")).count();
    for (round, status) in [(1, 429), (2, 502), (3, 503), (4, 504)] {
        server.fail(".sig", 3, Fault::Status(status, vec![("retry-after", "0".into())]));
        let found = look(&client, &reference).unwrap();
        assert_eq!((found.gaps.len(), found.artifacts.len(), sig()), (0, 1, 4 * round));
    }
    server.fail(".sig", ALWAYS, Fault::Status(429, vec![("retry-after", "3600".into())]));
    let found = look(&client, &reference).unwrap();
    assert!(matches!(only_gap(&found).why, Missing::Limited { retry_after: Some(3600), .. }));
    assert_eq!(sig(), 17, "one request, and no waiting");
}

#[test]
fn a_refused_tag_is_no_absence() {
    let found = with(".sig", ALWAYS, Fault::Status(403, Vec::new()));
    assert!(
        matches!(&only_gap(&found).why, Missing::Denied { status: 403, detail, .. } if detail.contains("FAULT"))
    );
}

#[test]
fn a_refused_fallback_tag_can_hide_anything() {
    let server = serve(|setup| setup.referrers = false);
    let reference = image(&server, "fallback-key");
    let client = client(Credentials::none());
    let digest = run(client.manifest(&reference)).unwrap().digest;
    let tag = format!("sha256-{}", digest.hex());
    server.fail(&format!("/manifests/{tag}$"), 1, Fault::Status(403, Vec::new()));
    let found = look(&client, &reference).unwrap();
    assert_eq!(found.referrers, ReferrersApi::Unknown);
    let gap = only_gap(&found);
    assert_eq!(gap.via, Found::FallbackTag(tag));
    assert!(matches!(gap.why, Missing::Denied { status: 403, .. }), "{gap:?}");
    assert!(gap.hides.is_empty(), "a referrer may be of any kind");
    assert!(found.artifacts.is_empty());
}

#[test]
fn refused_referrers_can_hide_anything() {
    for (status, right) in [(401, 401), (403, 403)] {
        let server = serve(|_| {});
        server.fail("/referrers/", ALWAYS, Fault::Status(status, Vec::new()));
        let found = look(&client(Credentials::none()), &image(&server, "bundle-key")).unwrap();
        let gap = only_gap(&found);
        assert!(matches!(gap.why, Missing::Denied { status, .. } if status == right), "{gap:?}");
        assert_eq!(
            (found.referrers, &gap.via, gap.hides.len()),
            (ReferrersApi::Unknown, &Found::Referrers, 0)
        );
    }
}

#[test]
fn bad_blobs_are_kept_with_their_fault() {
    type Case = (Fault, fn(&Missing) -> bool);
    let cases: [Case; 7] = [
        (Fault::Half, |why| matches!(why, Missing::Truncated { wanted, found, .. } if found < wanted)),
        (Fault::Cut, |why| matches!(why, Missing::Truncated { wanted, found, .. } if found < wanted)),
        (
            Fault::Announce(2 << 30),
            |why| matches!(why, Missing::TooLarge { size, limit, .. } if *size == 2 << 30 && *limit == 128 << 20),
        ),
        (Fault::Endless, |why| matches!(why, Missing::Truncated { wanted, found, .. } if found > wanted)),
        (Fault::Close, |why| matches!(why, Missing::Unreachable { .. })),
        (Fault::Status(404, Vec::new()), |why| matches!(why, Missing::NotFound { .. })),
        (Fault::Header("content-encoding", "gzip".into()), |why| matches!(why, Missing::Malformed { .. })),
    ];
    for (fault, is_right) in cases {
        let found = with("/blobs/", ALWAYS, fault.clone());
        let gap = only_gap(&found);
        assert!(is_right(&gap.why), "{fault:?}: {:?}", gap.why);
        assert_eq!(gap.hides, [ArtifactKind::CosignSignature], "{fault:?}");
        assert_eq!(found.artifacts.len(), 1, "the signature is shown, without its content");
        assert_eq!(found.artifacts[0].layers[0].blob, Blob::Missing(gap.why.clone()), "{fault:?}");
    }
}

#[test]
fn bytes_that_are_not_those_that_were_named() {
    let server = serve(|_| {});
    let client = client(Credentials::none());
    let reference = image(&server, "key-p256");
    let layer = look(&client, &reference).unwrap().artifacts[0].layers[0].clone();
    let lie = vec![b'x'; usize::try_from(layer.size).unwrap()];
    server.fail("/blobs/", 1, Fault::Bytes(lie));
    let found = look(&client, &reference).unwrap();
    assert!(
        matches!(&only_gap(&found).why, Missing::DigestMismatch { wanted, .. } if *wanted == layer.digest)
    );
    // A manifest that does not match the digest that the registry itself names is not taken either.
    server.fail(".sig", 1, Fault::Bytes(b"{}".to_vec()));
    let found = look(&client, &reference).unwrap();
    assert!(matches!(only_gap(&found).why, Missing::DigestMismatch { .. }));
    let pinned = reference.at(found.digest);
    server.fail("/manifests/sha256:", 1, Fault::Answer("application/json", b"{}".to_vec()));
    assert!(matches!(look(&client, &pinned), Err(Missing::DigestMismatch { .. })));
}

#[test]
fn a_manifest_that_is_nested_without_end() {
    let deep = format!("{{\"layers\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000)).into_bytes();
    let kind = "application/vnd.oci.image.manifest.v1+json";
    let found = with(".sig", 1, Fault::Answer(kind, deep.clone()));
    assert!(matches!(only_gap(&found).why, Missing::TooDeep { .. }));
    assert!(found.gap_for(&ArtifactKind::CosignSignature).is_some());
    let server = serve(|_| {});
    server.fail("/manifests/v1.2.3", 1, Fault::Answer(kind, deep.clone()));
    let client = client(Credentials::none());
    assert!(matches!(look(&client, &image(&server, "unsigned")), Err(Missing::TooDeep { .. })));
    server.fail("/referrers/", 1, Fault::Answer("application/vnd.oci.image.index.v1+json", deep));
    let found = look(&client, &image(&server, "unsigned")).unwrap();
    assert!(matches!(only_gap(&found).why, Missing::TooDeep { .. }));
}

#[test]
fn a_manifest_that_is_too_long_or_no_manifest() {
    let found = with(".sig", ALWAYS, Fault::Announce(5 << 20));
    assert!(matches!(only_gap(&found).why, Missing::TooLarge { limit, .. } if limit == 4 << 20));
    let found = with(".sig", ALWAYS, Fault::Endless);
    assert!(matches!(only_gap(&found).why, Missing::TooLarge { .. }));
    let found = with(".sig", ALWAYS, Fault::Answer("text/html", b"<html>".to_vec()));
    assert!(matches!(only_gap(&found).why, Missing::Malformed { .. }));
    assert!(found.artifacts.is_empty());
}

#[test]
fn layers_that_are_too_long_or_too_many_are_not_asked_for() {
    let server = serve(|_| {});
    let client = client(Credentials::none());
    let kind = "application/vnd.oci.image.manifest.v1+json";
    let layer = |size: u64| {
        json!({"mediaType": "application/vnd.dev.cosign.simplesigning.v1+json", "size": size,
            "digest": format!("sha256:{size:064x}")})
    };
    let ask = |layers: Vec<serde_json::Value>| {
        let manifest = json!({"schemaVersion": 2, "mediaType": kind, "layers": layers}).to_string();
        server.fail(".sig", 1, Fault::Answer(kind, manifest.into_bytes()));
        look(&client, &image(&server, "unsigned")).unwrap()
    };
    let found = ask(vec![layer(2 << 30)]);
    let gap = only_gap(&found);
    assert!(matches!(gap.why, Missing::TooLarge { size, .. } if size == 2 << 30), "{gap:?}");
    assert_eq!(found.artifacts[0].layers[0].blob, Blob::Missing(gap.why.clone()));
    // Each one is allowed, all together are not.
    let found = ask((0..5).map(|n| layer((64 << 20) - n)).collect());
    let large = found.gaps.iter().filter(|gap| matches!(gap.why, Missing::TooLarge { .. })).count();
    assert_eq!((large, found.gaps.len()), (1, 5));
    let found = ask((1..=1001).map(layer).collect());
    assert!(found.gaps.iter().any(|gap| matches!(gap.why, Missing::TooMany { limit: 1000, .. })));
    assert_eq!(found.artifacts[0].layers.len(), 0, "read as a whole or not at all");
    assert!(found.gaps.iter().all(|gap| gap.is_at_tag(".sig")));
}

#[test]
fn manifests_with_fields_of_other_types_are_not_read_in_part() {
    let server = serve(|_| {});
    let client = client(Credentials::none());
    let kind = "application/vnd.oci.image.manifest.v1+json";
    let layer = json!({"mediaType": "application/vnd.dev.cosign.simplesigning.v1+json", "size": 3,
        "digest": format!("sha256:{:064x}", 3)});
    let ask = |extra: serde_json::Value| {
        let mut manifest = json!({"schemaVersion": 2, "mediaType": kind, "Layers": [layer.clone()]});
        manifest.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        server.fail(".sig", 1, Fault::Answer(kind, manifest.to_string().into_bytes()));
        look(&client, &image(&server, "unsigned")).unwrap()
    };
    assert_eq!(ask(json!({})).artifacts[0].layers.len(), 1, "Go finds a field under any case");
    for extra in [
        json!({"schemaVersion": "2"}),
        json!({"config": []}),
        json!({"annotations": {"a": 1}}),
        json!({"layers": []}),
    ] {
        let found = ask(extra.clone());
        assert!(found.artifacts.is_empty(), "{extra}");
        let gap = only_gap(&found);
        assert!(matches!(gap.why, Missing::Malformed { .. }) && gap.is_at_tag(".sig"), "{extra}: {gap:?}");
    }
}

#[test]
fn too_many_referrers_are_not_all() {
    let server = serve(|_| {});
    let entry = |n: usize| json!({"mediaType": "m", "digest": format!("sha256:{n:064x}"), "size": 1});
    let index = json!({"manifests": (0..1001).map(entry).collect::<Vec<_>>()}).to_string();
    let kind = "application/vnd.oci.image.index.v1+json";
    server.fail("/referrers/", 1, Fault::Answer(kind, index.into_bytes()));
    let found = look(&client(Credentials::none()), &image(&server, "unsigned")).unwrap();
    assert!(found.gaps.iter().any(|gap| matches!(gap.why, Missing::TooMany { limit: 1000, .. })));
    assert_eq!(found.gaps.len(), 1001, "and each one that is not there is named");
}

#[test]
fn a_registry_that_dies_in_the_middle() {
    let server = serve(|_| {});
    let client = client(Credentials::none());
    let reference = image(&server, "key-p256");
    let digest = run(client.manifest(&reference)).unwrap().digest;
    server.kill();
    let gone = look(&client, &reference).unwrap_err();
    assert!(matches!(gone, Missing::Unreachable { .. }), "{gone}");
    assert!(matches!(run(client.referrers(&reference, &digest)), Err(Missing::Unreachable { .. })));
    assert!(matches!(run(client.tags(&reference, None)), Err(Missing::Unreachable { .. })));
    // Everything after the image itself breaks off: that is a gap for each place, and no "unsigned".
    let server = serve(|_| {});
    server.fail("/sha256-", ALWAYS, Fault::Close);
    server.fail("/referrers/", ALWAYS, Fault::Close);
    let found = look(&client, &image(&server, "key-p256")).unwrap();
    assert_eq!(found.gaps.len(), 4);
    assert!(found.gaps.iter().all(|gap| matches!(gap.why, Missing::Unreachable { .. })), "{:?}", found.gaps);
}

#[test]
fn a_registry_that_says_nothing() {
    let server = serve(|_| {});
    server.fail("/sha256-", ALWAYS, Fault::Silence);
    let short = Duration::from_millis(50);
    let client = Registry::new(RegistryOptions { read: short, ..options(Credentials::none()) }).unwrap();
    let found = look(&client, &image(&server, "key-p256")).unwrap();
    assert!(matches!(&found.gaps[..], [Gap { why: Missing::Timeout { .. }, .. }, ..]), "{:?}", found.gaps);
    assert_eq!(found.gaps.len(), 3);
    let client = Registry::new(RegistryOptions { whole: short, ..options(Credentials::none()) }).unwrap();
    assert_eq!(look(&client, &image(&server, "key-p256")).unwrap().gaps.len(), 3);
}

#[test]
fn a_connection_that_ends_once_is_tried_again() {
    let found = with("/blobs/", 1, Fault::Cut);
    assert_eq!(found.gaps, []);
    assert!(matches!(found.artifacts[0].layers[0].blob, Blob::Held(_)));
}

#[test]
fn a_tag_that_is_taken_for_the_digest_gives_no_referrers() {
    let server = serve(|setup| setup.referrers = false);
    let client = client(Credentials::none());
    let reference = image(&server, "unsigned-multiarch");
    let index = run(client.manifest(&reference)).unwrap();
    let tag = format!("/manifests/sha256-{}$", index.digest.hex());
    server.fail(&tag, 1, Fault::Answer("application/vnd.oci.image.index.v1+json", index.bytes.to_vec()));
    let found = look(&client, &reference).unwrap();
    assert_eq!((found.artifacts.len(), found.gaps.len()), (0, 0), "platforms are no referrers");
    assert_eq!(found.referrers, ReferrersApi::FallbackTag);
    assert!(found.platforms.len() > 1);
}

#[test]
fn a_redirect_without_end_or_away_from_the_web() {
    let server = serve(|_| {});
    let client = client(Credentials::none());
    let reference = image(&server, "key-p256");
    let around = format!("http://{}/v2/myorg/key-p256/blobs/again", server.host());
    server.fail("/blobs/", 6, Fault::Redirect(around));
    assert!(matches!(only_gap(&look(&client, &reference).unwrap()).why, Missing::Malformed { .. }));
    server.fail("/blobs/", 1, Fault::Redirect("file:///etc/passwd".into()));
    assert!(matches!(only_gap(&look(&client, &reference).unwrap()).why, Missing::Malformed { .. }));
}

#[test]
fn a_subject_that_is_another_image_stays_visible() {
    let folder = tempfile::tempdir().unwrap();
    let layout = folder.path().join("both");
    // One repository holds two images; the bundle is about the second, whose index is overwritten by the first's.
    for name in ["bundle-key", "unsigned"] {
        copy_tree(&fixtures::folder().join("layouts").join(name), &layout);
    }
    let server = serve(|setup| setup.layouts = folder.path().to_owned());
    let client = client(Credentials::none());
    let reference = image(&server, "both");
    let about = open_layout(&fixtures::folder().join("layouts/bundle-key")).unwrap();
    let real = block_on(evidence(&about, &about.repository().tagged("v1.2.3"), &Limits::default())).unwrap();
    let bundle = &real.artifacts[0];
    // The list also calls it what it is not, as old go-containerregistry did.
    let entry = json!({"mediaType": bundle.media_type, "digest": bundle.digest.as_str(), "size": bundle.size,
        "artifactType": "application/vnd.oci.empty.v1+json"});
    let index = json!({"manifests": [entry, entry]}).to_string();
    server.fail(
        "/referrers/",
        1,
        Fault::Answer("application/vnd.oci.image.index.v1+json", index.into_bytes()),
    );
    let found = look(&client, &reference).unwrap();
    assert_ne!(found.digest, real.digest);
    assert_eq!(found.artifacts.len(), 1, "twice in the list is one artifact");
    assert_eq!(found.artifacts[0].kind, ArtifactKind::SigstoreBundle);
    assert_eq!(found.artifacts[0].subject, Some(real.digest));
}
