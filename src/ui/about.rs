//! Everything about what is selected, as a page: what it is, how it stands, where that comes from and how old it is.

use super::model::Model;
use super::overlay::text::TextPane;
use super::subject::Subject;
use crate::analyse::workloads::signers;
use crate::model::World;
use crate::model::world::{ImageRow, ImageState};

/// The page; `None`: nothing is selected.
pub(super) fn page(model: &Model, subject: &Subject) -> Option<TextPane> {
    let mut lines = Vec::new();
    let mut say = |name: &str, value: &str| {
        if !value.is_empty() {
            lines.push(format!("{name:<10} {value}"));
        }
    };
    let title = subject.image.as_deref().or(Some(subject.value.as_str()).filter(|value| !value.is_empty()))?;
    say("image", subject.image.as_deref().unwrap_or_default());
    say("digest", subject.digest.as_ref().map(ToString::to_string).unwrap_or_default().as_str());
    say("value", &subject.value);
    say("place", &subject.path);
    say("code", &subject.code.map(|code| format!("{code} (x explains it)")).unwrap_or_default());
    if let Some(raw) = &subject.raw {
        say("content", &format!("{} ({} bytes; r shows it)", raw.title, raw.bytes.len()));
    }
    say(
        "marked",
        if subject.image.as_ref().is_some_and(|image| model.marks.contains(image)) { "yes" } else { "" },
    );
    if let Some(row) = subject.image.as_deref().and_then(|image| model.world.image(image)) {
        of_image(&model.world, row, model.now.0, &mut say);
    }
    Some(TextPane::of(format!("info: {title}"), &lines))
}

/// How the image stands.
fn of_image(world: &World, row: &ImageRow, now: i64, say: &mut impl FnMut(&str, &str)) {
    let state = match &row.state {
        ImageState::Waiting => "waiting".to_owned(),
        ImageState::Fetching => "is being fetched".to_owned(),
        ImageState::NotAsked => "not asked for".to_owned(),
        ImageState::Failed(missing) => format!("not fetched: {missing}"),
        ImageState::Ready(evidence) => format!(
            "fetched: {}, {} artifacts, {} platforms, {} gaps",
            evidence.media_type,
            evidence.artifacts.len(),
            evidence.platforms.len(),
            evidence.gaps.len()
        ),
    };
    say("state", &state);
    say("for", &format!("{} s as it is", now.saturating_sub(row.since.0).max(0)));
    if let Err(problem) = &row.reference {
        say("reference", problem);
    }
    let place = world.images.iter().position(|known| known.name == row.name);
    let all = signers(world);
    let signed = place.and_then(|place| all.get(place)).cloned().unwrap_or_default();
    for signer in &signed {
        say("signer", signer);
    }
    if signed.is_empty() {
        say("signer", "nobody whose signature was verified");
    }
    for (resource, container) in &row.uses {
        say("used by", &format!("{resource} container {}", container.container));
    }
    for trace in world.traces_of(&row.name) {
        let rule = format!("{}/{}", trace.policy.name, trace.rule);
        let verdict = trace.verdict.label();
        say("result", &format!("{verdict} {} by {rule} for {}", trace.code, trace.resource));
    }
    say("trust", &world.trust);
    say("as of", &world.as_of.to_string());
}
