//! Going from one cluster to another, and from one namespace to another, while the program runs.

use super::cluster::Live;
use super::run::Engine;
use crate::model::world::Severity;
use crate::source::cluster::{self, ClusterOptions};

impl Engine {
    /// Follows another context, with all its namespaces; `-` is the one before, and an empty name the same once more.
    pub(super) fn context(&mut self, name: &str) {
        if self.only_recorded() {
            return;
        }
        let (now, before) = self.followed();
        let shown = self.live.as_ref().map(|live| live.context().to_owned()).filter(|name| !name.is_empty());
        let options = match (name, before) {
            ("", _) => now,
            ("-", None) => return self.state.say(Severity::Info, "there is no context before this one"),
            ("-", Some(context)) => ClusterOptions { context: Some(context), namespace: None, ..now },
            (name, _) => ClusterOptions { context: Some(name.to_owned()), namespace: None, ..now },
        };
        // A name that does not exist costs nobody the cluster that is on screen.
        if let (Some(wanted), Ok(known)) = (&options.context, cluster::contexts(&options))
            && !known.contains(wanted)
        {
            let text = format!("the kubeconfig has no context `{wanted}`; there are: {}", known.join(", "));
            return self.state.say(Severity::Error, text);
        }
        let before = if name.is_empty() { self.followed().1 } else { shown };
        self.begin(options, before);
    }

    /// Looks at these namespaces of the same cluster; none: at all.
    pub(super) fn namespaces(&mut self, names: &[String]) {
        if self.only_recorded() {
            return;
        }
        let (now, before) = self.followed();
        let namespace = (!names.is_empty()).then(|| names.join(","));
        self.begin(ClusterOptions { namespace, ..now }, before);
    }

    /// Says that a record has what it has: its trust and its policies must judge nothing else.
    fn only_recorded(&mut self) -> bool {
        let recorded = self.live.as_ref().is_some_and(Live::is_recorded);
        if recorded {
            self.state.say(Severity::Info, "this is a snapshot: nothing else can be followed beside it");
        }
        recorded
    }

    fn begin(&mut self, options: ClusterOptions, before: Option<String>) {
        self.follow(options);
        if let Some(live) = &mut self.live {
            live.before = before;
        }
    }

    /// What is followed, and the context before it.
    fn followed(&self) -> (ClusterOptions, Option<String>) {
        match &self.live {
            Some(live) => (live.options.clone(), live.before.clone()),
            None => (ClusterOptions::default(), None),
        }
    }
}
