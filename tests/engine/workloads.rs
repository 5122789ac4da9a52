//! Workloads out of manifests and pods: owners, revisions, counts, drift and causes.

use std::sync::Arc;

use sigscope::analyse::workloads::{By, Group, Table, group};
use sigscope::discover::workload;
use sigscope::engine::{self, Command, PolicyInput, Settings, SourceInput};
use sigscope::model::{Moment, Verdict, World};
use sigscope::source::{block_on, demo};
use sigscope::trust::Material;

/// The digest that `shop/checkout:v1.2.4` names.
const OTHER: &str = "sha256:84ce925eb5323cb3e8053d30bf95898f84fb64cd4a3b06d3e207dde22c64d289";

fn pod(name: &str, revision: &str, image: &str, runs: &str) -> String {
    format!(
        "---
apiVersion: v1
kind: Pod
metadata:
  name: {name}
  namespace: shop
  labels: {{pod-template-hash: '{revision}'}}
  ownerReferences:
    - {{apiVersion: apps/v1, kind: ReplicaSet, name: web-{revision}, controller: true}}
spec:
  containers:
    - {{name: app, image: 'registry.example/{image}'}}
status:
  phase: Running
  containerStatuses:
    - {{name: app, imageID: 'registry.example/x@{runs}'}}
"
    )
}

/// The world after these manifests are judged by the demo's policies.
fn judged(text: &str) -> Arc<World> {
    let material = Material::from_trusted_root(demo::trusted_root(), "of the demo").unwrap();
    let settings = Settings {
        store: Arc::new(demo::store()),
        log_keys: material.log_keys_without_windows(),
        trust_stores: Arc::default(),
        trust: String::new(),
        named: true,
        material: Arc::new(material),
        offline: true,
        as_of: Some(Moment(1_795_521_600)),
        services: None,
        parallel: 1,
    };
    let resources = workload::read("pods.yaml", text).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut handle = engine::start(settings);
        let texts = demo::policies().iter();
        let texts =
            texts.map(|(name, text)| PolicyInput::Text { name: (*name).into(), text: (*text).into() });
        handle.send(Command::LoadPolicies(texts.collect()));
        handle.send(Command::Open(SourceInput::Resources(resources)));
        handle.settled().await;
        handle.world()
    })
}

fn all(table: &Table, by: By) -> Vec<Group> {
    let places: Vec<usize> = (0..table.workloads.len()).collect();
    group(table, by, &places)
}

#[test]
fn pods_of_two_revisions_are_one_owner_and_each_counts_where_it_stands() {
    let text: String = [
        pod("web-1-a", "1", "shop/cart:v1.2.3", OTHER),
        pod("web-1-b", "1", "shop/cart:v1.2.3", OTHER),
        pod("web-2-a", "2", "shop/frontend:v1.2.3", OTHER),
    ]
    .concat();
    let table = Table::of(&judged(&text));
    let [web] = table.workloads.as_slice() else { panic!("{:?}", table.workloads) };
    assert_eq!((&*web.label, web.pods, web.verdict), ("shop/deploy/web", 3, Verdict::Deny));
    assert_eq!(table.of_verdict(Verdict::Deny), (1, 3));
    let groups = all(&table, By::Cause);
    let denied = groups.iter().find(|group| group.verdict == Some(Verdict::Deny)).unwrap();
    // Two of the three pods pass: of the cause there is one.
    assert_eq!((denied.images, denied.pods), (1, 1));
    assert!(denied.title.starts_with("no signature found"), "{}", denied.title);
    let signers = all(&table, By::Identity);
    assert!(signers.iter().any(|group| group.title.contains("SHA256:")), "{signers:?}");
    assert!(signers.iter().any(|group| group.title.starts_with("(nobody")), "{signers:?}");
}

#[test]
fn what_runs_is_compared_with_what_the_image_names_now() {
    let names = "registry.example/shop/catalog:v1.2.3";
    let store = demo::store();
    let reference = sigscope::model::Reference::parse(names).unwrap();
    let limits = sigscope::discover::Limits::default();
    let evidence = block_on(sigscope::discover::evidence(&store, &reference, &limits)).unwrap();
    let platform = evidence.platforms.first().expect("an index").digest.to_string();
    for (runs, drifts) in [
        (evidence.digest.to_string(), false),
        (platform, false),
        (OTHER.to_owned(), true),
        ("x".to_owned(), false),
    ] {
        let text = [
            pod("web-1-a", "1", "shop/catalog:v1.2.3", &runs),
            pod("web-2-a", "2", "shop/checkout:v1.2.4", OTHER),
        ]
        .concat();
        let table = Table::of(&judged(&text));
        let groups = all(&table, By::Cause);
        let found = groups.iter().find(|group| group.is_drift());
        assert_eq!(found.is_some(), drifts, "{runs}");
        if let Some(found) = found {
            let member = found.members[0];
            let container =
                table.workloads[member.workload].container(member.template, member.container).unwrap();
            // What runs is denied where it is named, whatever the tag of this pod says.
            assert_eq!(container.drift.as_ref().unwrap().runs_stand, Some(Verdict::Deny));
        }
    }
}

#[test]
fn bare_images_are_nobodys_workload() {
    let bare = Arc::new(workload::bare("registry.example/shop/cart:v1.2.3"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let material = Material::from_trusted_root(demo::trusted_root(), "of the demo").unwrap();
    let world = runtime.block_on(async {
        let mut handle = engine::start(Settings {
            store: Arc::new(demo::store()),
            log_keys: Arc::from([]),
            trust_stores: Arc::default(),
            trust: String::new(),
            named: true,
            material: Arc::new(material),
            offline: true,
            as_of: None,
            services: None,
            parallel: 1,
        });
        handle.send(Command::Open(SourceInput::Resources(vec![bare])));
        handle.settled().await;
        handle.world()
    });
    assert_eq!((world.images.len(), Table::of(&world).workloads.len()), (1, 0));
}
