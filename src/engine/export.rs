//! Evidence directories and snapshots: what the engine knows, handed to the writer.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;

use super::clock;
use super::fetch::Fetcher;
use super::recorded::OF_CLUSTER;
use super::state::State;
use crate::format::yaml::to_json;
use crate::model::workload::Resource;
use crate::model::world::{ImageState, Severity};
use crate::model::{Moment, Reference};
use crate::source::snapshot::{
    self, About, ClusterKept, Contents, Exported, Given, Question, Record, Subject, Target, TrustKept,
};

/// An order to write an evidence directory or a snapshot.
#[derive(Clone, Debug)]
pub struct Export {
    /// The directory or file.
    pub target: Target,
    /// The command that leads to the same verdicts, as a line.
    pub command: String,
    /// The verdicts: the audit as JSON.
    pub verdicts: String,
    /// The instant that these verdicts are of.
    pub as_of: Moment,
    /// Where the outcome goes.
    pub reply: UnboundedSender<Result<Exported, String>>,
}

/// What the sources answered, by image.
type Records = HashMap<Arc<str>, Arc<Record>>;

impl State {
    /// Writes in the background; the outcome goes to whoever ordered it.
    pub(super) fn export(&self, order: Export, fetcher: &Fetcher, cluster: Option<ClusterKept>) {
        let (done, all) = self.progress();
        if !fetcher.idle() || done < all {
            let problem = format!("{} of {all} images are not fetched yet: wait, or cancel", all - done);
            // Nobody is left to be told when the receiver is gone.
            let _ = order.reply.send(Err(problem));
            return;
        }
        let contents = self.contents(&order, &fetcher.records, cluster);
        tokio::task::spawn_blocking(move || {
            let written = snapshot::write(&order.target, &contents).map_err(|error| error.to_string());
            let _ = order.reply.send(written);
        });
    }

    fn contents(&self, order: &Export, records: &Records, cluster: Option<ClusterKept>) -> Contents {
        let settings = &self.settings;
        // What is of the cluster is kept with it.
        let kept = cluster.is_some();
        let of_cluster = |file: &str| kept && file.starts_with(OF_CLUSTER);
        let subjects = self.resources.iter().filter(|resource| !of_cluster(&resource.manifest.span.file));
        let files = self.files.iter().filter(|file| !of_cluster(&file.path));
        Contents {
            about: About {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                command: order.command.clone(),
                as_of: order.as_of,
                offline: settings.offline,
                recorded: Some(clock::now()),
            },
            policies: files.map(|file| (file.path.to_string(), file.text.to_string())).collect(),
            subjects: subjects.map(|resource| subject(resource)).collect(),
            cluster,
            unseen: self.unseen(),
            trust: TrustKept {
                root: settings.material.document.clone(),
                description: settings.material.description.clone(),
                named: settings.named,
                stores: settings.trust_stores.kept(),
            },
            record: self.record(records),
            verdicts: order.verdicts.clone(),
        }
    }

    fn unseen(&self) -> Vec<String> {
        let errors = self.rest.messages.iter().filter(|message| message.severity == Severity::Error);
        errors.map(|message| message.text.clone()).collect()
    }

    /// All that the sources answered, as far as an image stands on it, and all that services answered.
    fn record(&self, records: &Records) -> Record {
        let mut all = Record::default();
        self.rest.asked.each(|question, answer| all.keep_service(question, answer));
        for row in &self.images {
            if let Some(record) = records.get(&row.name) {
                all.answers.extend(record.answers.clone());
                all.blobs.extend(record.blobs.clone());
            }
            if let (Ok(reference), ImageState::Failed(missing)) = (&row.reference, &row.state) {
                all.answers.insert(Question::manifest(reference), Given::Missing(missing.clone()));
            }
        }
        all
    }
}

fn subject(resource: &Resource) -> Subject {
    let file = resource.manifest.span.file.to_string();
    if resource.synthetic && Reference::parse(&file).is_ok() {
        return Subject::Image(file);
    }
    let mut value = to_json(&resource.manifest);
    snapshot::redact(&mut value);
    Subject::Manifest { file, value }
}
