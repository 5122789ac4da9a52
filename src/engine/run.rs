//! The engine's loop: commands and finished work in, snapshots out, at most twenty a second.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::asking::{Answered, Asking};
use super::clock;
use super::cluster::Live;
use super::command::{Command, PolicyInput, SourceInput};
use super::draft::Drafting;
use super::fetch::{Done, Fetcher, Order};
use super::files::{self, Stamp};
use super::follow::next_of;
use super::handle::Handle;
use super::reading::Reader;
use super::settings::Settings;
use super::state::State;
use crate::discover::workload;
use crate::model::world::{ImageState, Severity};
use crate::model::{Missing, Reference, World};
use crate::source;

/// Least time between two snapshots while work goes on.
const PUBLISH_EVERY: Duration = Duration::from_millis(50);
/// How often policy files are looked at.
const WATCH_EVERY: Duration = Duration::from_millis(400);
/// How often the list of work is told anew while nothing else happens.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// Starts an engine on the current runtime.
///
/// # Panics
/// Outside a tokio runtime.
#[must_use]
pub fn start(settings: Settings) -> Handle {
    let (commands, inbox) = mpsc::unbounded_channel();
    let first = World {
        trust: settings.trust.clone(),
        as_of: settings.as_of.unwrap_or_else(clock::now),
        ..World::default()
    };
    let (publish, world) = watch::channel(Arc::new(first));
    let (drafting, what_if) = Drafting::new();
    let engine = Engine {
        live: None,
        cluster_policies: Vec::new(),
        asking: Asking::new(settings.services.clone()),
        fetcher: Fetcher::new(settings.parallel),
        state: State::new(settings),
        drafting,
        reader: Reader::default(),
        publish,
        stamp: Stamp::new(),
        dirty: false,
        earliest: Instant::now(),
    };
    tokio::spawn(engine.run(inbox));
    Handle::new(commands, world, what_if)
}

/// The engine.
pub(super) struct Engine {
    pub(super) state: State,
    pub(super) fetcher: Fetcher,
    /// The cluster that is followed, and its policies.
    pub(super) live: Option<Live>,
    pub(super) cluster_policies: Vec<(String, String)>,
    pub(super) asking: Asking,
    drafting: Drafting,
    reader: Reader,
    publish: watch::Sender<Arc<World>>,
    stamp: Stamp,
    pub(super) dirty: bool,
    earliest: Instant,
}

impl Engine {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Command>) {
        let mut look = Instant::now() + WATCH_EVERY;
        loop {
            let watching = self.state.inputs.iter().any(|input| matches!(input, PolicyInput::Path(_)));
            tokio::select! {
                command = inbox.recv() => match command {
                    Some(Command::Quit) | None => return,
                    Some(command) => self.obey(command),
                },
                done = self.fetcher.next() => {
                    if let Some(done) = done {
                        self.take(done);
                    }
                    self.dirty = true;
                }
                answered = self.asking.next() => {
                    if let Some(answered) = answered {
                        self.learn(answered);
                    }
                    self.dirty = true;
                }
                Some(finished) = self.drafting.finished() => {
                    for name in self.drafting.take(finished, self.state.rest.changes) {
                        self.fetch(&name);
                        self.dirty = true;
                        // Said at once: an answer that still waits for it must not meet a world that waits for nothing.
                        self.earliest = Instant::now();
                    }
                }
                () = self.reader.next() => self.dirty = true,
                event = next_of(&mut self.live) => self.hear(event),
                () = sleep_until(self.earliest), if self.dirty => {}
                () = sleep(TELL_EVERY), if !self.dirty && !self.idle() => self.dirty = true,
                () = sleep_until(look), if watching => {
                    look = Instant::now() + WATCH_EVERY;
                    self.look_at_files();
                }
            }
            while let Ok(command) = inbox.try_recv() {
                if matches!(command, Command::Quit) {
                    return;
                }
                self.obey(command);
            }
            self.look_at_drift();
            for name in self.fetcher.start() {
                self.state.set(&name, ImageState::Fetching);
                self.dirty = true;
            }
            self.ask();
            self.drafting.judge(&self.state);
            self.dirty |= self.reader.start(&self.state);
            if self.dirty && (Instant::now() >= self.earliest || self.idle()) {
                self.publish_world();
            }
        }
    }

    fn idle(&self) -> bool {
        self.fetcher.idle() && self.asking.idle()
    }

    /// Sends out what came up while things were judged; a draft's questions are nobody's in particular.
    fn ask(&mut self) {
        let mut open = std::mem::take(&mut self.state.rest.open);
        for question in self.state.rest.asked.missed() {
            open.entry(question).or_default();
        }
        for (question, resources) in open {
            let store = self.state.store_of(&question);
            self.asking.order(question, store, resources);
        }
        self.dirty |= self.asking.start();
    }

    /// Takes an answer, and judges anew what waited for it.
    fn learn(&mut self, (question, answer): Answered) {
        let waiting = self.asking.release(&question);
        self.state.rest.asked.put(question, answer);
        self.state.rest.changes += 1;
        // Numbers change when resources go away; what waits is known by its name.
        let resources = self.state.resources.iter().enumerate();
        let numbers: Vec<usize> =
            resources.filter(|(_, own)| waiting.contains(&own.id)).map(|(number, _)| number).collect();
        for number in numbers {
            self.state.judge(number);
        }
    }

    fn publish_world(&mut self) {
        self.dirty = false;
        self.earliest = Instant::now() + PUBLISH_EVERY;
        self.state.rest.revision += 1;
        let mut jobs = [self.fetcher.jobs(), self.asking.jobs()].concat();
        jobs.extend(self.live.as_ref().and_then(Live::job));
        jobs.extend(self.reader.job());
        let cluster = self.live.as_mut().map(|live| live.view(&self.state)).unwrap_or_default();
        let mut world = self.state.snapshot(jobs, cluster);
        world.readings = self.reader.kept().to_vec();
        self.publish.send_replace(Arc::new(world));
    }

    fn obey(&mut self, command: Command) {
        self.state.rest.handled += 1;
        // A draft changes nothing in the world: its answer is published beside it.
        self.dirty |= !matches!(command, Command::Draft(_));
        match command {
            Command::Draft(draft) => {
                let handled = self.state.rest.handled;
                self.drafting.set(draft, &self.state.files, handled);
            }
            Command::Open(source) => self.open(source),
            Command::Context(name) => self.context(&name),
            Command::Namespaces(names) => self.namespaces(&names),
            Command::LoadPolicies(inputs) => self.load(inputs),
            Command::Read(name) => self.reader.want(name),
            Command::Prefer(names) => self.fetcher.prefer(&names),
            Command::Refresh(name) => self.refresh(name),
            Command::AsOf(moment) => {
                self.state.rest.as_of = moment;
                self.state.judge_all();
            }
            Command::Cancel(id) => self.cancel(id),
            Command::Compare(order) => self.state.compare(order),
            Command::Export(order) => {
                let cluster =
                    self.live.as_ref().map(|live| live.kept(&self.cluster_policies, &self.state.rest.asked));
                self.state.export(order, &self.fetcher, cluster);
            }
            Command::Quit => {}
        }
    }

    /// What was cancelled is undecided, and stays in sight.
    fn cancel(&mut self, id: Option<u64>) {
        let (names, questions) = (self.fetcher.cancel(id), self.asking.cancel(id));
        if id.is_some() && names.is_empty() && questions.is_empty() {
            self.state.say(Severity::Info, "this work ends by itself: there is nothing to cancel");
        }
        for name in names {
            if !self.state.index.contains_key(&name) {
                // A list of tags: its repository must not look as if it were empty.
                self.browse(&name);
            }
            self.state.set(&name, ImageState::Failed(Missing::Cancelled));
            self.state.judge_users(&name);
        }
        for question in questions {
            self.learn((question, Err(Missing::Cancelled)));
        }
    }

    fn open(&mut self, source: SourceInput) {
        match source {
            SourceInput::Image(text) => {
                self.state.rest.opened.titles.push(text.clone());
                self.browse(&text);
            }
            SourceInput::Repository(text) => {
                self.state.rest.opened.titles.push(text.clone());
                self.list(&text);
            }
            SourceInput::Layout(path) => match source::open_layout(&path) {
                Ok(layout) => {
                    let repository = layout.repository().name();
                    self.state.rest.opened.titles.push(path.display().to_string());
                    self.state.mounted.insert(repository.clone(), Arc::new(layout));
                    self.list(&repository);
                }
                Err(error) => self.state.say(Severity::Error, error.to_string()),
            },
            SourceInput::Resources(resources) => {
                for resource in resources {
                    self.state.declare(resource);
                }
            }
            SourceInput::Unseen(text) => self.state.say(Severity::Error, text),
            SourceInput::Demo => self.open_demo(),
            SourceInput::Cluster(options) => self.follow(options),
            SourceInput::Recorded(kept, at) => self.play(kept, at),
        }
        self.settle_in();
    }

    fn open_demo(&mut self) {
        self.state.rest.opened.titles.push("demo".to_owned());
        self.state.mounted.insert(source::demo::HOST.to_owned(), Arc::new(source::demo::store()));
        for (name, text) in source::demo::manifests() {
            match workload::read(name, text) {
                Ok(resources) => resources.into_iter().for_each(|resource| self.state.declare(resource)),
                Err(problem) => self.state.say(Severity::Error, problem.to_string()),
            }
        }
        if self.state.inputs.is_empty() {
            let texts = source::demo::policies()
                .iter()
                .map(|(name, text)| PolicyInput::Text { name: (*name).to_owned(), text: (*text).to_owned() });
            self.load(texts.collect());
        }
    }

    /// One image that the user named: it is fetched whether or not a rule asks for it.
    fn browse(&mut self, text: &str) {
        self.state.browsed.insert(text.into());
        self.state.add_resource(Arc::new(workload::bare(text)));
    }

    fn list(&mut self, repository: &str) {
        match Reference::parse(repository) {
            Ok(reference) => {
                let store = self.state.store_for(&reference);
                self.fetcher.order(Order { name: repository.into(), reference, store, tags: true });
            }
            Err(error) => self.state.say(Severity::Error, error.to_string()),
        }
    }

    pub(super) fn load(&mut self, inputs: Vec<PolicyInput>) {
        self.state.settings.trust_stores.forget();
        // What a broken text leaves in force stands in place of the cluster's too.
        let mut read = files::keep_last_good(&self.state.files, files::read(&inputs));
        files::add_cluster(&mut read, &self.cluster_policies);
        self.state.files = files::keep_last_good(&self.state.files, read);
        self.stamp = files::stamp(&inputs);
        self.state.inputs = inputs;
        self.settle_in();
    }

    fn look_at_files(&mut self) {
        let stamp = files::stamp(&self.state.inputs);
        if stamp != self.stamp {
            self.load(self.state.inputs.clone());
            let broken: Vec<String> = self
                .state
                .files
                .iter()
                .filter_map(|file| file.broken.as_ref().map(ToString::to_string))
                .collect();
            for text in broken {
                self.state.say(Severity::Error, text);
            }
            self.state.say(Severity::Info, "policies changed on disk: evaluated again");
            self.dirty = true;
        }
    }

    /// After sources or policies have changed: order what is newly wanted, and judge with what there is.
    fn settle_in(&mut self) {
        for name in self.state.newly_wanted() {
            self.fetch(&name);
        }
        self.state.judge_all();
    }

    pub(super) fn fetch(&mut self, name: &Arc<str>) {
        match Reference::parse(name) {
            Ok(reference) => {
                self.state.set(name, ImageState::Waiting);
                let store = self.state.store_for(&reference);
                self.fetcher.order(Order { name: name.clone(), reference, store, tags: false });
            }
            Err(error) => {
                let what = "image reference".to_owned();
                let missing = Missing::Malformed { what, problem: error.to_string() };
                self.state.set(name, ImageState::Failed(missing));
            }
        }
    }

    fn refresh(&mut self, name: Option<Arc<str>>) {
        // What a log or a responder said may be another thing now.
        self.state.rest.asked.forget();
        let names: Vec<Arc<str>> = match name {
            Some(name) => vec![name],
            None => {
                let asked = self.state.images.iter().filter(|row| row.state != ImageState::NotAsked);
                asked.map(|row| row.name.clone()).collect()
            }
        };
        for name in names {
            self.state.browsed.insert(name.clone());
            self.fetch(&name);
            self.state.judge_users(&name);
        }
    }

    fn take(&mut self, done: Done) {
        match done {
            Done::Evidence { name, result, record } => {
                self.fetcher.records.insert(name.clone(), Arc::new(record));
                let state = match result {
                    Ok(evidence) => ImageState::Ready(evidence),
                    Err(missing) => ImageState::Failed(missing),
                };
                self.state.set(&name, state);
                self.state.judge_users(&name);
            }
            Done::Tags { repository, result } => match result {
                Ok(tags) => {
                    if tags.is_empty() {
                        self.state.say(Severity::Warning, format!("{repository} has no image tags"));
                    }
                    for tag in tags {
                        self.browse(&format!("{repository}:{tag}"));
                    }
                    self.settle_in();
                }
                Err(missing) => {
                    self.state.say(Severity::Error, format!("cannot list {repository}: {missing}"));
                    // The repository stays visible as an image that could not be fetched: an error, not an empty list.
                    self.browse(&repository);
                    self.state.set(&repository, ImageState::Failed(missing));
                    self.settle_in();
                }
            },
        }
    }
}
