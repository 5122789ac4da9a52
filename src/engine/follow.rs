//! The engine's side of a cluster: what is heard becomes resources, policies and messages.

use std::sync::Arc;

use super::cluster::{Live, News};
use super::run::Engine;
use crate::model::Moment;
use crate::model::workload::Resource;
use crate::model::world::Severity;
use crate::port::Reply;
use crate::source::cluster::{ClusterOptions, Event, Reader};
use crate::source::snapshot::ClusterKept;

/// Events that are taken in before the world is looked at again.
const AT_ONCE: usize = 256;

/// The next event of a cluster; pending without one.
pub(super) async fn next_of(live: &mut Option<Live>) -> Event {
    match live {
        Some(live) => live.next().await,
        None => std::future::pending().await,
    }
}

impl Engine {
    /// Takes resources away, with what the sources answered about images that nobody uses any more.
    fn remove(&mut self, gone: &[Arc<Resource>]) {
        self.state.remove_resources(gone);
        let index = &self.state.index;
        self.fetcher.records.retain(|name, _| index.contains_key(name));
    }

    /// Follows a cluster in place of the one before.
    pub(super) fn follow(&mut self, options: ClusterOptions) {
        self.take_away();
        let reader = Reader::new(options.clone());
        self.asking.follow(Some(Arc::new(reader.clone())));
        self.live = Some(Live::start(options, reader));
        if self.state.rest.asked.follow(true) {
            self.state.judge_all();
        }
    }

    /// Plays a record of a cluster in place of the one before.
    pub(super) fn play(&mut self, kept: Arc<ClusterKept>, at: Moment) {
        self.take_away();
        self.asking.follow(None);
        let _ = self.state.rest.asked.follow(false);
        for (question, answer) in &kept.objects {
            self.state.rest.asked.put(question.clone(), answer.clone().map(Reply::Bytes));
        }
        self.live = Some(Live::recorded(kept, at));
    }

    fn take_away(&mut self) {
        if let Some(mut before) = self.live.take() {
            let gone = before.forget();
            self.remove(&gone);
            self.set_cluster_policies(Vec::new());
        }
    }

    /// Takes in what has been heard.
    pub(super) fn hear(&mut self, first: Event) {
        let mut next = Some(first);
        for _ in 0..AT_ONCE {
            let Some(event) = next.take() else { break };
            let Some(live) = &mut self.live else { return };
            let news = live.take(event);
            next = live.ready();
            self.apply(news);
        }
        if let (Some(event), Some(live)) = (next, &mut self.live) {
            let news = live.take(event);
            self.apply(news);
        }
        self.dirty = true;
    }

    /// Judges also what runs, where that is something else than was admitted.
    pub(super) fn look_at_drift(&mut self) {
        if let (true, Some(live)) = (self.dirty, &mut self.live) {
            let news = live.look(&self.state);
            self.apply(news);
        }
    }

    fn apply(&mut self, news: News) {
        for (grave, text) in news.said {
            self.state.say(if grave { Severity::Error } else { Severity::Info }, text);
        }
        if !news.removed.is_empty() {
            self.remove(&news.removed);
        }
        if !news.added.is_empty() {
            let first = self.state.resources.len();
            news.added.into_iter().for_each(|resource| self.state.add_resource(resource));
            for name in self.state.wanted_since(first) {
                self.fetch(&name);
            }
            self.state.judge_since(first);
        }
        if !news.changed.is_empty() {
            for question in &news.changed {
                self.state.rest.asked.forget_one(question);
            }
            // Who has used the answer is not kept: objects that policies refer to change seldom.
            self.state.judge_all();
        }
        if let Some(policies) = news.policies {
            self.set_cluster_policies(policies);
        }
    }

    fn set_cluster_policies(&mut self, policies: Vec<(String, String)>) {
        if policies != self.cluster_policies {
            self.cluster_policies = policies;
            self.load(self.state.inputs.clone());
        }
    }
}
