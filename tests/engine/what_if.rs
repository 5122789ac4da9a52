//! Drafts of policies: what would stand otherwise, what is waited for, and what a broken text leaves in force.

use std::sync::Arc;

use sigscope::engine::{self, Command, Draft, Handle, Settings, SourceInput};
use sigscope::model::draft::{Change, WhatIf};
use sigscope::model::world::ImageState;
use sigscope::model::{Moment, Verdict, World};
use sigscope::source::{Layouts, Mux, demo};
use sigscope::trust::Material;

const FILE: &str = "demo/policies/require-logged-signature.yaml";
/// The instant of the demo's pictures.
const NOON: Moment = Moment(1_795_521_600);

/// The demo, under this text of the one file alone when there is one.
async fn open_under(text: Option<&str>) -> Handle {
    let material = Material::from_trusted_root(demo::trusted_root(), "of the demo").unwrap();
    let mut handle = engine::start(Settings {
        store: Arc::new(Mux::new(Layouts::new(Vec::new()))),
        log_keys: material.log_keys_without_windows(),
        named: true,
        material: Arc::new(material.clone()),
        trust_stores: Arc::default(),
        trust: String::new(),
        offline: true,
        services: None,
        as_of: Some(NOON),
        parallel: 2,
    });
    if let Some(text) = text {
        let (name, text) = (FILE.to_owned(), text.to_owned());
        handle.send(Command::LoadPolicies(vec![engine::PolicyInput::Text { name, text }]));
    }
    handle.send(Command::Open(SourceInput::Demo));
    handle.settled().await;
    handle
}

async fn open() -> Handle {
    open_under(None).await
}

fn saved(world: &World) -> String {
    world.files.iter().find(|file| &*file.path == FILE).unwrap().text.to_string()
}

async fn judge(handle: &mut Handle, generation: u64, text: &str) -> Arc<WhatIf> {
    let draft = Draft { file: FILE.into(), text: text.into(), generation };
    handle.send(Command::Draft(Some(draft)));
    handle.settled().await;
    let answer = handle.what_if();
    assert_eq!((answer.generation, answer.busy), (generation, false));
    answer
}

#[tokio::test]
async fn an_unchanged_draft_changes_nothing() {
    let mut handle = open().await;
    let world = handle.world();
    let answer = judge(&mut handle, 1, &saved(&world)).await;
    assert_eq!((answer.flips.len(), answer.stranded.len()), (0, 0));
    assert!(answer.judged.done > 0 && answer.judged.done == answer.judged.all);
}

#[tokio::test]
async fn flips_are_those_that_loading_the_text_brings() {
    let mut handle = open().await;
    let before = handle.world();
    let without_log = saved(&before).replace("rekor:\n", "rekor:\n                      ignoreTlog: true\n");
    let answer = judge(&mut handle, 7, &without_log).await;
    assert!(answer.of(Change::Admitted).count() > 0);
    // The same text loaded for good: the verdicts of the flips are the verdicts there.
    let texts: Vec<_> = before
        .files
        .iter()
        .map(|file| {
            let text = if &*file.path == FILE { without_log.clone() } else { file.text.to_string() };
            engine::PolicyInput::Text { name: file.path.to_string(), text }
        })
        .collect();
    handle.send(Command::Draft(None));
    handle.send(Command::LoadPolicies(texts));
    handle.settled().await;
    assert_eq!((handle.what_if().generation, handle.what_if().flips.len()), (0, 0));
    let after = handle.world();
    let worst = |world: &World, image: &str| {
        world.traces_of(image).fold(Verdict::None, |worst, trace| worst.worse(trace.verdict))
    };
    let mut flipped = 0;
    for row in &before.images {
        let (now, then) = (worst(&before, &row.name), worst(&after, &row.name));
        let flips: Vec<_> = answer.flips.iter().filter(|flip| *flip.image.image == *row.name).collect();
        assert_eq!(flips.is_empty(), now == then, "{}", row.name);
        flipped += flips.len();
        for flip in flips {
            assert_eq!((flip.now, flip.draft), (now, then), "{}", row.name);
        }
    }
    assert_eq!(flipped, answer.flips.len());
}

#[tokio::test]
async fn owners_that_run_and_would_be_denied_are_stranded() {
    let mut handle = open().await;
    let world = handle.world();
    let other_key = saved(&world).replacen(
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAER99X",
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+asT",
        1,
    );
    let wider = saved(&world).replace("payments/*", "*");
    let answer = judge(&mut handle, 1, &wider).await;
    let denied: Vec<_> = answer.of(Change::Denied).map(|flip| flip.resource.clone()).collect();
    assert!(!denied.is_empty());
    for one in &*answer.stranded {
        assert!(denied.contains(&one.resource), "{}", one.resource);
        let others = world.traces.iter().filter(|trace| trace.resource == one.resource);
        assert!(others.clone().all(|trace| trace.verdict != Verdict::Deny), "{}", one.resource);
    }
    assert!(!answer.stranded.is_empty());
    // A key that cannot be read is no denial.
    let answer = judge(&mut handle, 2, &other_key).await;
    assert!(answer.of(Change::Denied).count() + answer.of(Change::Undecided).count() > 0);
}

#[tokio::test]
async fn a_broken_text_leaves_the_last_good_one_in_force() {
    let mut handle = open().await;
    let text = saved(&handle.world()).replace("rekor:\n", "rekor:\n                      ignoreTlog: true\n");
    let good = judge(&mut handle, 1, &text).await;
    for (generation, broken) in [(2, "spec: ["), (3, "kind: ConfigMap\n"), (4, "")] {
        let answer = judge(&mut handle, generation, broken).await;
        assert!(answer.broken.is_some(), "{broken}");
        assert_eq!((&answer.flips, &answer.text), (&good.flips, &good.text), "{broken}");
    }
    let refused = text.replace("kinds:", "knds:");
    let answer = judge(&mut handle, 5, &refused).await;
    assert!(answer.broken.is_some() && !answer.lints.is_empty());
    assert_eq!(answer.flips, good.flips);
}

#[tokio::test]
async fn evidence_that_only_the_draft_asks_for_is_fetched() {
    let text = saved(&open().await.world());
    // Under its saved text the policy looks at nothing, so nothing is fetched.
    let mut handle = open_under(Some(&text.replace("payments/*", "nothing/*"))).await;
    let asked = |world: &World| world.images.iter().filter(|row| row.state != ImageState::NotAsked).count();
    assert_eq!(asked(&handle.world()), 0);
    let answer = judge(&mut handle, 1, &text).await;
    assert!(asked(&handle.world()) > 0);
    assert_eq!(answer.waiting, Vec::<Arc<str>>::new());
    assert!(answer.of(Change::Denied).count() > 0);
}

/// What one image policy verifies counts for what another requires, also when they lie in different files.
#[tokio::test]
async fn a_draft_of_an_image_policy_is_judged_with_those_it_counts_for() {
    let mut handle = open().await;
    let world = handle.world();
    let classic = world.files.iter().find(|file| file.text.contains("name: require-shop-signature")).unwrap();
    let (head, tail) = ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----");
    let key = classic.text.split(head).nth(1).unwrap().split(tail).next().unwrap();
    let pem = format!("{head}{key}{tail}")
        .lines()
        .map(|line| format!("          {}\n", line.trim()))
        .collect::<String>();
    let policy = |name: &str, required: bool, expression: &str| {
        format!(
            "apiVersion: policies.kyverno.io/v1\nkind: ImageValidatingPolicy\nmetadata: {{name: {name}}}\nspec:\n  \
             validationActions: [Deny]\n  \
             validationConfigurations: {{required: {required}, verifyDigest: false, mutateDigest: false}}\n  \
             matchConstraints:\n    resourceRules:\n    \
             - {{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}}\n  \
             matchImageReferences: [{{glob: 'registry.example/shop/*'}}]\n  attestors:\n  - name: own\n    cosign:\n      \
             key:\n        data: |\n{pem}      ctlog: {{insecureIgnoreTlog: true, insecureIgnoreSCT: true}}\n  \
             validations:\n  - expression: \"{expression}\"\n"
        )
    };
    let verifies = "images.containers.map(i, verifyImageSignatures(i, [attestors.own])).all(n, n >= 0)";
    let (saved, draft) = (policy("verifies", false, verifies), policy("verifies", false, "true"));
    let load = |first: &str| {
        let input =
            |name: &str, text: &str| engine::PolicyInput::Text { name: name.into(), text: text.into() };
        Command::LoadPolicies(vec![
            input("a.yaml", first),
            input("b.yaml", &policy("requires", true, "true")),
        ])
    };
    handle.send(load(&saved));
    handle.settled().await;
    let before = handle.world();
    handle.send(Command::Draft(Some(Draft {
        file: "a.yaml".into(),
        text: draft.as_str().into(),
        generation: 1,
    })));
    handle.settled().await;
    let flips = handle.what_if().flips.clone();
    handle.send(Command::Draft(None));
    handle.send(load(&draft));
    handle.settled().await;
    let after = handle.world();
    let worst = |world: &World, image: &str| {
        world.traces_of(image).fold(Verdict::None, |worst, trace| worst.worse(trace.verdict))
    };
    let changed = |name: &str| worst(&before, name) != worst(&after, name);
    let images: Vec<_> =
        before.images.iter().filter(|row| changed(&row.name)).map(|row| row.name.clone()).collect();
    assert!(!images.is_empty(), "what nobody verifies any more is denied by the policy that requires it");
    for image in &images {
        assert!(
            flips.iter().any(|flip| *flip.image.image == **image && flip.draft == worst(&after, image)),
            "{image}"
        );
    }
}

#[tokio::test]
async fn near_misses_never_enter_what_is_known_of_real_images() {
    let mut handle = open().await;
    let before = handle.world();
    let answer = judge(&mut handle, 1, &saved(&before)).await;
    assert!(!answer.probes.is_empty() && answer.flips.is_empty());
    let after = handle.world();
    assert_eq!(before.traces, after.traces);
    let asked = |world: &World| world.proofs.iter().map(|row| format!("{:?}", row.asked)).collect::<Vec<_>>();
    assert_eq!(asked(&before), asked(&after), "a near miss is remembered as a proof");
    assert_eq!(before.images.len(), after.images.len());
}

#[tokio::test]
async fn only_the_newest_of_many_drafts_is_answered() {
    let mut handle = open().await;
    let text = saved(&handle.world());
    let open_log = text.replace("rekor:\n", "rekor:\n                      ignoreTlog: true\n");
    // As fast as keys come: none of the texts but the last one has to be judged to its end.
    for generation in 1..=200 {
        let text = if generation % 2 == 0 { &text } else { &open_log };
        handle.send(Command::Draft(Some(Draft {
            file: FILE.into(),
            text: text.as_str().into(),
            generation,
        })));
        assert!(handle.what_if().generation <= generation);
    }
    let last = judge(&mut handle, 201, &open_log).await;
    assert!(last.of(Change::Admitted).count() > 0);
    let alone = judge(&mut open().await, 1, &open_log).await;
    assert_eq!(last.flips, alone.flips);
    assert_eq!(last.judged.done, last.judged.all);
}
