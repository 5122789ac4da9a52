//! What goes to the clipboard: digests, references, values, the whole why, the command that shows the same.

use super::action::Copy;
use super::model::Model;
use crate::explain::why_text;
use crate::model::Trace;
use crate::report::audit::ResultOut;

/// What is copied, in words.
pub(super) fn name(what: Copy) -> &'static str {
    match what {
        Copy::Digest => "digest",
        Copy::Reference => "image reference",
        Copy::Code => "code",
        Copy::Path => "place",
        Copy::Value => "value",
        Copy::Filter => "filter of jq",
        Copy::Why => "why",
        Copy::Command => "command",
        Copy::Json => "JSON",
        Copy::Locator => "locator",
    }
}

/// The text; `None`: there is nothing of the kind.
pub(super) fn text(model: &Model, what: Copy) -> Option<String> {
    let subject = model.subject();
    let trace = || subject.trace.as_ref().and_then(|key| key.find(&model.world));
    match what {
        Copy::Digest => subject.digest.as_ref().map(ToString::to_string),
        Copy::Reference => subject.image.as_ref().map(ToString::to_string),
        Copy::Code => subject.code.map(|code| code.to_string()),
        Copy::Path => Some(subject.path.clone()),
        Copy::Value => Some(subject.value.clone()),
        Copy::Filter => Some(model.top().filter()),
        Copy::Locator => Some(super::places::locator(model)),
        Copy::Why => trace().map(|trace| why(model, trace)),
        Copy::Json => trace().and_then(|trace| serde_json::to_string_pretty(&ResultOut::of(trace)).ok()),
        Copy::Command => super::reproduce::command(model),
    }
}

fn why(model: &Model, trace: &Trace) -> String {
    let file = trace.location.as_ref().map(|span| &span.file);
    let policy = model.world.files.iter().find(|known| Some(&known.path) == file).map(|known| &*known.text);
    why_text(trace, policy)
}
