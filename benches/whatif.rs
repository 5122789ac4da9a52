//! From a key in the editor to the answer and to the frame: 5,000 images under ten policies, one of them being edited.

#![allow(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use divan::Bencher;
use ratatui::buffer::Buffer;
use sigscope::discover::workload;
use sigscope::engine::{self, Command, Draft, Handle, PolicyInput, SourceInput};
use sigscope::model::WhatIf;
use sigscope::model::{Digest, Moment, Reference, Verdict};
use sigscope::port::{Answer, Manifest, Referrers, Store, TagPage};
use sigscope::source::{Layout, open_layout};
use sigscope::ui::effect::Effect;
use sigscope::ui::history::{Place, ScreenId};
use sigscope::ui::keymap::Chord;
use sigscope::ui::layout::regions;
use sigscope::ui::msg::Msg;
use sigscope::ui::{Model, Settings, update, view};
use tokio::runtime::Runtime;

const LAYOUTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/layouts");
/// The subject pattern of the keyless policy, and one character more: nothing has such a subject.
const SUBJECT: &str = "https://github.com/myorg/*";
const OTHER: &str = "https://github.com/myorg/*x";
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

/// A policy with one attestor.
fn signed(number: usize, references: &str, entry: &str) -> String {
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
                - {entry}
"
    )
}

fn policy(number: usize, references: &str) -> String {
    let key = KEY.trim().replace('\n', "\n                      ");
    signed(
        number,
        references,
        &format!(
            "keys:
                    publicKeys: |-
                      {key}
                    rekor:
                      ignoreTlog: true"
        ),
    )
}

fn keyless(number: usize, subject: &str) -> String {
    signed(
        number,
        "r.example/*",
        &format!(
            "keyless:
                    subject: '{subject}'
                    issuer: https://token.actions.githubusercontent.com
                    rekor:
                      url: https://rekor.sigstore.dev"
        ),
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
        Self::of("key-p256", |number| policy(number, "r.example/*"))
    }

    fn keyless() -> Self {
        Self::of("keyless-gh-v2", |number| keyless(number, SUBJECT))
    }

    /// Every image is that of a layout of the fixtures; the policies by their number.
    fn of(layout: &str, policy: impl Fn(usize) -> String) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let handle = runtime.block_on(async {
            let store = Arc::new(Same(open_layout(&Path::new(LAYOUTS).join(layout)).unwrap()));
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
                text: policy(number),
            });
            let pods =
                (0..IMAGES).map(|number| Arc::new(workload::bare(&format!("r.example/app-{number}:v1.2.3"))));
            handle.send(Command::Open(SourceInput::Resources(pods.collect())));
            handle.send(Command::LoadPolicies(texts.collect()));
            handle.settled().await;
            let world = handle.world();
            assert_eq!(world.traces.len(), IMAGES * POLICIES);
            assert!(world.traces.iter().all(|trace| trace.verdict == Verdict::Pass));
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

/// The subject pattern of a keyless policy gets a character after which no signature has it: 5,000 flips.
#[divan::bench(sample_count = 20)]
fn subject_edited(bencher: Bencher<'_, '_>) {
    let stage = Stage::keyless();
    let (before, after) = (keyless(3, SUBJECT), keyless(3, OTHER));
    bencher.with_inputs(|| stage.judge(&before, false)).bench_local_values(|_| stage.judge(&after, false));
}

/// What that is measured against: reading the policy alone.
#[divan::bench(sample_count = 100)]
fn subject_policy_read() -> usize {
    sigscope::evaluate::load(&"policy-3.yaml".into(), &keyless(3, OTHER)).unwrap().len()
}

/// The editor over such an engine, with the cursor behind the subject pattern.
struct Screen {
    stage: Stage,
    model: Model,
    /// Answers that the program keeps, so that no key waits for their end.
    held: Vec<Arc<WhatIf>>,
}

impl Screen {
    fn new() -> Self {
        let stage = Stage::keyless();
        let settings =
            Settings { place: Place { screen: ScreenId::WhatIf, ..Place::default() }, ..Settings::default() };
        let mut model = Model::new(&settings, 160, 45, Moment(0)).unwrap();
        let world = stage.handle.lock().unwrap().world();
        update(&mut model, Msg::World(world.clone()));
        let text = keyless(3, SUBJECT);
        let line = text.lines().position(|line| line.contains("subject:")).unwrap();
        let column = text.lines().nth(line).unwrap().trim_end_matches('\'').len();
        model.screens.what_if.open(&"policy-3.yaml".into(), 0, &world);
        if let Some(draft) = model.screens.what_if.drafts.last_mut() {
            draft.editor.go(line, column);
        }
        model.screens.what_if.inserting = true;
        let mut screen = Self { stage, model, held: Vec::new() };
        screen.key("x");
        screen.answered(false);
        assert_eq!(screen.model.screens.what_if.answer.flips.len(), IMAGES);
        screen.back();
        screen
    }

    /// A key on its way to the frame; what it asks of the engine is sent.
    fn key(&mut self, key: &str) {
        for chord in Chord::sequence(key).unwrap() {
            for effect in update(&mut self.model, Msg::Key(chord)) {
                if let Effect::Order(order) = effect {
                    self.stage.handle.lock().unwrap().send(order.command());
                }
            }
        }
        self.draw();
    }

    fn draw(&self) -> Buffer {
        let mut buffer = Buffer::empty(self.model.area);
        view(&self.model, &regions(&self.model), &mut buffer, &self.model.prefs.ink);
        buffer
    }

    /// Takes answers, each with a frame, until the text on screen has its first flips or all that there is to say.
    fn answered(&mut self, first: bool) {
        loop {
            let answer = {
                let mut handle = self.stage.handle.lock().unwrap();
                assert!(self.stage.runtime.block_on(handle.judged()));
                handle.what_if()
            };
            self.held.push(answer.clone());
            update(&mut self.model, Msg::WhatIf(answer));
            self.draw();
            let state = &self.model.screens.what_if;
            let draft = state.draft().unwrap().editor.text();
            let known = *state.answer.text == *draft && (!state.answer.flips.is_empty() || state.current());
            if (first && known) || state.current() {
                return;
            }
        }
    }

    /// As it was before the key.
    fn back(&mut self) {
        // The answer to the key may still be on its way.
        while !self.model.screens.what_if.current() {
            self.answered(false);
        }
        self.key("backspace");
        self.answered(false);
        assert!(self.model.screens.what_if.answer.flips.is_empty());
        self.held.clear();
    }
}

/// The time from a key after which 5,000 images flip; the way back is not measured.
fn from_key(bencher: Bencher<'_, '_>, then: fn(&mut Screen)) {
    let screen = RefCell::new(Screen::new());
    let typed = Cell::new(false);
    bencher
        .with_inputs(|| {
            if typed.replace(true) {
                screen.borrow_mut().back();
            }
        })
        .bench_local_values(|()| {
            let mut screen = screen.borrow_mut();
            screen.key("x");
            then(&mut screen);
        });
}

/// Until the key itself is in a frame.
#[divan::bench(sample_count = 20)]
fn key_to_frame(bencher: Bencher<'_, '_>) {
    from_key(bencher, |_| ());
}

/// Until the first flips are in a frame.
#[divan::bench(sample_count = 20)]
fn key_to_first_flips_in_frame(bencher: Bencher<'_, '_>) {
    from_key(bencher, |screen| screen.answered(true));
}

/// Until all flips, and what else is said of the draft, are in a frame.
#[divan::bench(sample_count = 20)]
fn key_to_all_flips_in_frame(bencher: Bencher<'_, '_>) {
    from_key(bencher, |screen| screen.answered(false));
}

/// A frame with 5,000 flips and nothing new in it but the cursor.
#[divan::bench(sample_count = 100)]
fn frame_of_all_flips(bencher: Bencher<'_, '_>) {
    let mut screen = Screen::new();
    screen.key("x");
    screen.answered(false);
    let mut keys = ["left", "right"].into_iter().cycle();
    bencher.bench_local(|| screen.key(keys.next().unwrap_or_default()));
}
