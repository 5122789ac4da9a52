//! The command that shows the same as the present view, and what comes nearest to it in cosign, Kyverno or Notation.

use super::history::ScreenId;
use super::locator::Origin;
use super::model::Model;
use super::places::locator;
use super::subject::Subject;
use crate::model::Trace;

/// Lines for a shell: the command first, the others as remarks.
pub(super) fn command(model: &Model) -> Option<String> {
    let subject = model.subject();
    let image = subject.image.as_deref()?;
    let trace = subject.trace.as_ref().and_then(|key| key.find(&model.world)).map(|trace| &**trace);
    let origin = &model.prefs.origin;
    if origin.demo {
        // Its images are in no registry and its policies in no file: another program can be asked for neither.
        let place = quoted(&locator(model));
        return Some(format!(
            "sigscope open {place}\n# without a terminal: X exports the evidence, then `sigscope audit sigscope-evidence`"
        ));
    }
    let mut lines = vec![own(model, image, trace)];
    lines.extend(nearest(model, image, &subject, trace).map(|near| format!("# nearest: {near}")));
    Some(lines.join("\n"))
}

/// `sigscope why …` where a policy has judged the image, else `sigscope tree …`; of a cluster the audit that holds it.
fn own(model: &Model, image: &str, trace: Option<&Trace>) -> String {
    let (origin, options) = (&model.prefs.origin, &model.prefs.options);
    let options = if options.is_empty() { String::new() } else { format!(" {options}") };
    let image = quoted(image);
    let Some(trace) = trace else { return format!("sigscope tree {image}{options}") };
    if origin.cluster {
        return format!("sigscope audit --cluster{}{options}", place(origin));
    }
    match &trace.location {
        Some(span) if !options.contains("--policy") => {
            format!("sigscope why {image}{options} --policy {}", quoted(&span.file))
        }
        _ => format!("sigscope why {image}{options}"),
    }
}

fn place(origin: &Origin) -> String {
    let option = |name: &str, value: &Option<String>| {
        value.as_ref().map(|value| format!(" {name} {}", quoted(value))).unwrap_or_default()
    };
    option("--context", &origin.context) + &option("--namespace", &origin.namespace)
}

/// What another program shows of the same fact. Nearest, never equal: they have other trust, and show other things beside it.
fn nearest(model: &Model, image: &str, subject: &Subject, trace: Option<&Trace>) -> Option<String> {
    let origin = &model.prefs.origin;
    // A directory that stands for a registry is known to this program only.
    if !origin.layouts.is_empty() {
        return None;
    }
    let bare = model.overlays.is_empty() && model.screen == ScreenId::Evidence;
    if bare || trace.is_none() {
        let notation = bare && subject.value.contains("vnd.cncf.notary.signature");
        let program = if notation { "notation inspect" } else { "cosign tree" };
        return Some(format!("{program} {}", quoted(image)));
    }
    let trace = trace?;
    match trace.policy.engine() {
        "notation" => {
            let digest = trace.digest.as_ref()?;
            let name = image.split('@').next().unwrap_or(image);
            let tag = name.rfind(':').filter(|at| !name[*at..].contains('/'));
            let repository = tag.map_or(name, |at| name.get(..at).unwrap_or(name));
            Some(format!("notation verify {}", quoted(&format!("{repository}@{digest}"))))
        }
        "Kyverno" => {
            let file = quoted(&trace.location.as_ref()?.file);
            let resources: String =
                origin.pods.iter().map(|pod| format!(" --resource {}", quoted(pod))).collect();
            let found = !resources.is_empty() && !origin.cluster;
            found.then(|| format!("kyverno apply {file}{resources} --registry"))
        }
        _ => None,
    }
}

/// Quoted for a shell unless every character is plain.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/.:@_-+=,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
