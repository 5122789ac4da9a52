//! The engine as a whole: broken policies, changes on disk, cancellation, waiting.

use std::sync::Arc;

use sigscope::engine::{self, Command, Handle, PolicyInput, Settings, SourceInput};
use sigscope::model::world::ImageState;
use sigscope::model::{Digest, Missing, Reference, Verdict, World};
use sigscope::port::{Answer, Manifest, Referrers, Store, TagPage};

const POLICY: &str = "
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: any}
spec:
  validationFailureAction: Enforce
  rules:
    - name: signed
      match: {any: [{resources: {kinds: [Pod]}}]}
      verifyImages:
        - imageReferences: ['r.example/*']
          attestors: [{entries: [{keys: {publicKeys: '-----BEGIN PUBLIC KEY-----', rekor: {ignoreTlog: true}}}]}]
";

/// A store in which every image is missing in the same way.
struct Nothing(Missing);

impl Store for Nothing {
    fn manifest<'a>(&'a self, _: &'a Reference) -> Answer<'a, Manifest> {
        Box::pin(async { Err(self.0.clone()) })
    }
    fn blob<'a>(&'a self, _: &'a Reference, _: &'a Digest, _: u64, _: u64) -> Answer<'a, Arc<[u8]>> {
        Box::pin(async { Err(self.0.clone()) })
    }
    fn referrers<'a>(&'a self, _: &'a Reference, _: &'a Digest) -> Answer<'a, Referrers> {
        Box::pin(async { Err(self.0.clone()) })
    }
    fn tags<'a>(&'a self, _: &'a Reference, _: Option<&'a str>) -> Answer<'a, TagPage> {
        Box::pin(async { Err(self.0.clone()) })
    }
}

/// A store that never answers.
struct Silent;

impl Store for Silent {
    fn manifest<'a>(&'a self, _: &'a Reference) -> Answer<'a, Manifest> {
        Box::pin(std::future::pending())
    }
    fn blob<'a>(&'a self, _: &'a Reference, _: &'a Digest, _: u64, _: u64) -> Answer<'a, Arc<[u8]>> {
        Box::pin(std::future::pending())
    }
    fn referrers<'a>(&'a self, _: &'a Reference, _: &'a Digest) -> Answer<'a, Referrers> {
        Box::pin(std::future::pending())
    }
    fn tags<'a>(&'a self, _: &'a Reference, _: Option<&'a str>) -> Answer<'a, TagPage> {
        Box::pin(std::future::pending())
    }
}

fn start(store: impl Store + 'static) -> Handle {
    engine::start(Settings {
        store: Arc::new(store),
        log_keys: Arc::from([]),
        material: Arc::new(sigscope::trust::Material::embedded().unwrap()),
        named: false,
        trust_stores: Arc::default(),
        trust: String::new(),
        offline: true,
        services: None,
        as_of: None,
        parallel: 2,
    })
}

fn policy(text: &str) -> Command {
    Command::LoadPolicies(vec![PolicyInput::Text { name: "policy.yaml".to_owned(), text: text.to_owned() }])
}

async fn until(handle: &mut Handle, wanted: impl Fn(&World) -> bool) -> Arc<World> {
    loop {
        let world = handle.world();
        if wanted(&world) {
            return world;
        }
        assert!(handle.changed().await, "the engine stopped");
    }
}

#[tokio::test]
async fn what_cannot_be_fetched_is_an_error_and_never_a_denial() {
    let missing = Missing::Denied { host: "r.example".to_owned(), status: 403, detail: String::new() };
    let mut handle = start(Nothing(missing.clone()));
    handle.send(policy(POLICY));
    handle.send(Command::Open(SourceInput::Image("r.example/a:1".to_owned())));
    handle.settled().await;
    let world = handle.world();
    assert_eq!(world.images.len(), 1);
    assert_eq!(world.images[0].state, ImageState::Failed(missing));
    assert_eq!(world.traces.len(), 1);
    assert_eq!((world.traces[0].verdict, world.traces[0].code.as_str()), (Verdict::Error, "NET-DENIED"));
}

#[tokio::test]
async fn a_repository_that_cannot_be_listed_stays_visible_as_an_error() {
    let mut handle = start(Nothing(Missing::Limited { host: "r.example".to_owned(), retry_after: Some(9) }));
    handle.send(policy(POLICY));
    handle.send(Command::Open(SourceInput::Repository("r.example/a".to_owned())));
    handle.settled().await;
    let world = handle.world();
    assert!(
        world.messages.iter().any(|message| message.text.contains("retry in 9 s")),
        "{:?}",
        world.messages
    );
    assert_eq!(world.traces[0].verdict, Verdict::Error);
    assert_eq!(world.traces[0].code.as_str(), "NET-LIMITED");
}

#[tokio::test]
async fn work_waits_until_it_is_cancelled_and_then_says_so() {
    let mut handle = start(Silent);
    handle.send(policy(POLICY));
    handle.send(Command::Open(SourceInput::Image("r.example/a:1".to_owned())));
    let world = until(&mut handle, |world| !world.jobs.is_empty()).await;
    assert_eq!(world.traces[0].verdict, Verdict::Waiting);
    assert!(!world.settled());
    handle.send(Command::Cancel(None));
    handle.settled().await;
    let world = handle.world();
    assert_eq!(world.traces[0].verdict, Verdict::Error);
    assert_eq!(world.images[0].state, ImageState::Failed(Missing::Cancelled));
}

#[tokio::test]
async fn one_job_is_cancelled_whether_it_runs_or_waits_and_the_others_go_on() {
    let mut handle = start(Silent);
    handle.send(policy(POLICY));
    for name in ["r.example/a:1", "r.example/b:1", "r.example/c:1"] {
        handle.send(Command::Open(SourceInput::Image(name.to_owned())));
    }
    // Two at a time.
    let world = until(&mut handle, |world| world.jobs.iter().filter(|job| !job.waits).count() == 2).await;
    let of = |world: &World, name: &str| world.jobs.iter().find(|job| job.what.ends_with(name)).cloned();
    let waiting = world.jobs.iter().find(|job| job.waits).unwrap().clone();
    handle.send(Command::Cancel(Some(waiting.id)));
    let world = until(&mut handle, |world| world.jobs.iter().all(|job| !job.waits)).await;
    let name = waiting.what.strip_prefix("fetch ").unwrap();
    assert_eq!(world.image(name).unwrap().state, ImageState::Failed(Missing::Cancelled));
    let trace = world.traces_of(name).next().unwrap();
    assert_eq!((trace.verdict, trace.code.as_str()), (Verdict::Error, "NET-WAITING"));
    assert!(
        sigscope::explain::sentence(trace).contains("cancelled"),
        "{}",
        sigscope::explain::sentence(trace)
    );
    assert_eq!(world.jobs.len(), 2);
    let running = world.jobs[0].clone();
    handle.send(Command::Cancel(Some(running.id)));
    let world = until(&mut handle, |world| world.jobs.len() == 1).await;
    assert!(of(&world, running.what.strip_prefix("fetch ").unwrap()).is_none());
    assert_eq!(world.progress, (2, 3));
    handle.send(Command::Cancel(Some(running.id)));
    until(&mut handle, |world| world.messages.iter().any(|one| one.text.contains("nothing to cancel"))).await;
}

#[tokio::test]
async fn a_cancelled_list_of_tags_is_undecided_and_not_empty() {
    let mut handle = start(Silent);
    handle.send(policy(POLICY));
    handle.send(Command::Open(SourceInput::Repository("r.example/a".to_owned())));
    let world = until(&mut handle, |world| !world.jobs.is_empty()).await;
    handle.send(Command::Cancel(Some(world.jobs[0].id)));
    handle.settled().await;
    assert_eq!(handle.world().traces[0].verdict, Verdict::Error);
}

#[tokio::test]
async fn images_that_no_rule_names_are_not_fetched() {
    let mut handle = start(Silent);
    handle.send(policy(POLICY));
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: other.example/a}]}}";
    let resources = sigscope::discover::workload::read("pod.yaml", pod).unwrap();
    handle.send(Command::Open(SourceInput::Resources(resources)));
    handle.settled().await;
    let world = handle.world();
    assert_eq!(world.images[0].state, ImageState::NotAsked);
    assert_eq!((world.traces[0].verdict, world.traces[0].code.as_str()), (Verdict::None, "REF-NONE"));
}

#[tokio::test]
async fn a_policy_file_that_breaks_keeps_its_last_good_text_and_says_where_it_broke() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.yaml");
    std::fs::write(&path, POLICY).unwrap();
    let mut handle = start(Nothing(Missing::NotFound { what: "it".to_owned() }));
    handle.send(Command::LoadPolicies(vec![PolicyInput::Path(path.clone())]));
    handle.send(Command::Open(SourceInput::Image("r.example/a:1".to_owned())));
    handle.settled().await;
    assert_eq!(handle.world().traces.len(), 1);
    std::fs::write(&path, "kind: [ClusterPolicy\n").unwrap();
    let world = until(&mut handle, |world| world.files.iter().any(|file| file.broken.is_some())).await;
    assert_eq!(world.traces.len(), 1, "the policy of the text before stays in force");
    assert_eq!(&*world.files[0].text, POLICY);
    std::fs::write(&path, POLICY.replace("r.example/*", "q.example/*")).unwrap();
    let world = until(&mut handle, |world| world.files.iter().all(|file| file.broken.is_none())).await;
    assert_eq!(world.traces[0].verdict, Verdict::None);
}

#[tokio::test]
async fn policies_of_engines_that_are_not_evaluated_are_errors() {
    let mut handle = start(Silent);
    for (text, code) in [
        (
            "{apiVersion: policies.kyverno.io/v1, kind: PolicyException, metadata: {name: a}, spec: {}}",
            "POL-INVALID",
        ),
        ("{apiVersion: kyverno.io/v2, kind: PolicyException, metadata: {name: a}, spec: {}}", "POL-INVALID"),
        (
            "{apiVersion: policy.sigstore.dev/v1beta1, kind: ClusterImagePolicy, metadata: {name: a}, spec: {}}",
            "POL-UNSUPPORTED",
        ),
    ] {
        handle.send(policy(text));
        handle.settled().await;
        let world = handle.world();
        assert_eq!(world.traces.len(), 1, "{text}");
        assert_eq!((world.traces[0].verdict, world.traces[0].code.as_str()), (Verdict::Error, code));
    }
}
