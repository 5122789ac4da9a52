//! From a key in the editor to the answer: 5,000 images under ten policies, one of them being edited.

#![allow(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use divan::Bencher;
use sigscope::discover::workload;
use sigscope::engine::{self, Command, Draft, Handle, PolicyInput, SourceInput};
use sigscope::model::{Digest, Moment, Reference};
use sigscope::port::{Answer, Manifest, Referrers, Store, TagPage};
use sigscope::source::{Layout, open_layout};
use tokio::runtime::Runtime;

const LAYOUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/layouts/key-p256");
const KEY: &str = include_str!("../tests/fixtures/trust/cosign.pub");
const ROOT: &[u8] = include_bytes!("../tests/fixtures/trust/trusted_root.json");
const IMAGES: usize = 5_000;
const POLICIES: usize = 10;

fn main() {
    divan::main();
}

/// One signed image under every name: the proofs are all known after the first, as they are for a user who types.
struct Same(Layout);

impl Same {
    fn inner(&self, reference: &Reference) -> Reference {
        let mut inner = self.0.repository().clone();
        inner.tag = reference.tag.clone();
        inner.digest = reference.digest.clone();
        inner
    }
}

impl Store for Same {
    fn manifest<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Manifest> {
        Box::pin(async move { self.0.manifest(&self.inner(reference)).await })
    }
    fn blob<'a>(
        &'a self,
        _: &'a Reference,
        digest: &'a Digest,
        size: u64,
        limit: u64,
    ) -> Answer<'a, Arc<[u8]>> {
        Box::pin(async move { self.0.blob(self.0.repository(), digest, size, limit).await })
    }
    fn referrers<'a>(&'a self, _: &'a Reference, subject: &'a Digest) -> Answer<'a, Referrers> {
        self.0.referrers(self.0.repository(), subject)
    }
    fn tags<'a>(&'a self, _: &'a Reference, page: Option<&'a str>) -> Answer<'a, TagPage> {
        self.0.tags(self.0.repository(), page)
    }
}

fn policy(number: usize, references: &str) -> String {
    let key = KEY.trim().replace('\n', "\n                      ");
    format!(
        "apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: policy-{number}
spec:
  validationFailureAction: Enforce
  background: false
  rules:
    - name: signed
      match:
        any:
          - resources:
              kinds: [Pod]
      verifyImages:
        - imageReferences: ['{references}']
          mutateDigest: false
          verifyDigest: false
          attestors:
            - count: 1
              entries:
                - keys:
                    publicKeys: |-
                      {key}
                    rekor:
                      ignoreTlog: true
"
    )
}

/// The engine with everything judged.
struct Stage {
    runtime: Runtime,
    handle: Mutex<Handle>,
    generation: AtomicU64,
}

impl Stage {
    fn new() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let handle = runtime.block_on(async {
            let store = Arc::new(Same(open_layout(Path::new(LAYOUT)).unwrap()));
            let mut handle = engine::start(engine::Settings {
                store,
                log_keys: Arc::from([]),
                material: Arc::new(
                    sigscope::trust::Material::from_trusted_root(ROOT, "of the fixtures").unwrap(),
                ),
                named: false,
                trust_stores: Arc::default(),
                trust: String::new(),
                offline: true,
                services: None,
                as_of: Some(Moment(1_795_521_600)),
                parallel: 64,
            });
            let texts = (0..POLICIES).map(|number| PolicyInput::Text {
                name: format!("policy-{number}.yaml"),
                text: policy(number, "r.example/*"),
            });
            let pods =
                (0..IMAGES).map(|number| Arc::new(workload::bare(&format!("r.example/app-{number}:v1.2.3"))));
            handle.send(Command::Open(SourceInput::Resources(pods.collect())));
            handle.send(Command::LoadPolicies(texts.collect()));
            handle.settled().await;
            assert_eq!(handle.world().traces.len(), IMAGES * POLICIES);
            handle
        });
        Self { runtime, handle: Mutex::new(handle), generation: AtomicU64::new(0) }
    }

    /// Sends a text; waits for the first flips, or for the whole answer.
    fn judge(&self, text: &str, first: bool) -> usize {
        let generation = self.generation.fetch_add(1, Ordering::SeqCst) + 1;
        let mut handle = self.handle.lock().unwrap();
        let draft = Draft { file: "policy-3.yaml".into(), text: text.into(), generation };
        handle.send(Command::Draft(Some(draft)));
        self.runtime.block_on(async {
            loop {
                let answer = handle.what_if();
                let enough = if first { !answer.flips.is_empty() } else { !answer.busy };
                if answer.generation == generation && enough {
                    return answer.flips.len();
                }
                assert!(handle.judged().await);
            }
        })
    }
}

/// A key that changes nothing for any image.
#[divan::bench(sample_count = 20)]
fn nothing_flips(bencher: Bencher<'_, '_>) {
    let stage = Stage::new();
    let text = policy(3, "r.example/*");
    bencher.bench_local(|| stage.judge(&text, false));
}

/// A key that leaves a tenth of the images unchecked by the policy; they are checked by the other nine.
#[divan::bench(sample_count = 20)]
fn pattern_edited(bencher: Bencher<'_, '_>) {
    let stage = Stage::new();
    let text = policy(3, "r.example/app-1*");
    bencher.bench_local(|| stage.judge(&text, false));
}

/// A key after which every image is denied: 5,000 flips.
#[divan::bench(sample_count = 20)]
fn everything_flips(bencher: Bencher<'_, '_>) {
    let stage = Stage::new();
    let text = policy(3, "r.example/*").replace("verifyDigest: false", "verifyDigest: true");
    bencher.bench_local(|| stage.judge(&text, false));
}

/// Until the first flips can be drawn, when the draft before had none.
#[divan::bench(sample_count = 20)]
fn first_flips(bencher: Bencher<'_, '_>) {
    let stage = Stage::new();
    let (before, after) = (
        policy(3, "r.example/*"),
        policy(3, "r.example/*").replace("verifyDigest: false", "verifyDigest: true"),
    );
    bencher.with_inputs(|| stage.judge(&before, false)).bench_local_values(|_| stage.judge(&after, true));
}
