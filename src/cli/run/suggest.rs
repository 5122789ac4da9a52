//! `sigscope policy suggest`: tries what hangs on images as policies, and prints the narrowest that all of them pass.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::start;
use crate::analyse::probe::{issuer, subject};
use crate::analyse::suggest::{Asked, By, Form, Kind, Offer, Step, policy};
use crate::cli::args::TextFormat;
use crate::cli::exit::{Exit, Stop};
use crate::cli::policy::{SuggestArgs, SuggestKind, SuggestStep};
use crate::cli::resolve::Meant;
use crate::cli::{output, resolve};
use crate::engine::{self, Command, Handle, PolicyInput, SourceInput};
use crate::model::artifact::{ArtifactKind, Evidence, Signature};
use crate::model::safe::line;
use crate::model::world::ImageState;
use crate::model::{Reference, Verdict, World};
use crate::report::json;
use crate::source::files;
use crate::verify::probe::readable;

/// The predicate that cosign gives a signature in a bundle.
const SIGNATURE: &str = "https://sigstore.dev/cosign/sign/v1";
/// Most offers of one image that are tried.
const MOST: usize = 64;

/// A step with what came of it.
struct Tried {
    step: Step,
    text: String,
    /// Known images beside the marked ones that are signed like this.
    also: Vec<String>,
}

/// Prints the policy: status 0 when the engine's verdict of all images is PASS; 2 when no policy is found that they pass.
///
/// # Errors
/// When the arguments are wrong or an input cannot be read, and when nothing that verifies hangs on an image.
pub(super) fn run(args: &SuggestArgs, meant: &Meant) -> Result<Exit, Stop> {
    let mut sources: Vec<SourceInput> = Vec::new();
    for source in args.images.iter().chain(&args.known) {
        sources.push(resolve::source(source)?);
    }
    if let Some(image) =
        args.images.iter().zip(&sources).find(|(_, source)| !matches!(source, SourceInput::Image(_)))
    {
        return Err(Stop::usage(format!("`{}` is not one image", image.0))
            .hint("name it by tag or digest; `--known` takes repositories"));
    }
    let mut keys = Vec::new();
    for path in &args.key {
        keys.push(files::read_text(path).map_err(|error| Stop::usage(format!("key {error}")))?);
    }
    let material = start::material(meant)?;
    let settings = start::settings(meant, &material)?;
    let runtime = start::runtime()?;
    let tried = runtime.block_on(async {
        let mut handle = engine::start(settings);
        for source in sources {
            handle.send(Command::Open(source));
        }
        handle.settled().await;
        suggest(&mut handle, args, &keys).await
    });
    runtime.shutdown_background();
    let tried = tried?;
    let wanted = match args.step {
        SuggestStep::Ref => Step::Ref,
        SuggestStep::Workflow => Step::Workflow,
        SuggestStep::Repository => Step::Repository,
        SuggestStep::Owner => Step::Owner,
    };
    // Steps that say the same are one.
    let chosen = tried.iter().rfind(|one| one.step <= wanted).or_else(|| tried.first());
    let Some(chosen) = chosen else { return Err(Stop::undecided("no policy is found")) };
    output::data(&match args.format {
        TextFormat::Text => text(&args.images, &tried, chosen),
        TextFormat::Json => json::document(&object(&args.images, &tried, chosen))
            .map_err(|error| Stop::usage(error.to_string()))?,
    })?;
    Ok(Exit::Pass)
}

fn text(images: &[String], tried: &[Tried], chosen: &Tried) -> String {
    let mut out = String::from("# Suggested from evidence: these images pass, and nothing was applied.\n");
    for image in images {
        out.push_str(&format!("#   {}\n", line(image)));
    }
    for one in tried {
        let here = if one.step == chosen.step { " (this policy)" } else { "" };
        let also = match one.also.len() {
            0 => "no other known image is signed like this".to_owned(),
            1 => "one other known image is signed like this:".to_owned(),
            count => format!("{count} other known images are signed like this:"),
        };
        out.push_str(&format!("# {}{here}: {also}\n", one.step.name()));
        one.also.iter().for_each(|image| out.push_str(&format!("#   {}\n", line(image))));
    }
    out.push_str(&chosen.text);
    out
}

fn object(images: &[String], tried: &[Tried], chosen: &Tried) -> Value {
    let one = |one: &Tried| json!({"step": one.step.name(), "policy": one.text, "also": one.also});
    json!({
        "images": images,
        "step": chosen.step.name(),
        "policy": chosen.text,
        "steps": tried.iter().map(one).collect::<Vec<Value>>(),
    })
}

/// Judges by these texts alone.
async fn judged(handle: &mut Handle, texts: Vec<String>) -> std::sync::Arc<World> {
    let inputs = texts.into_iter().enumerate();
    let inputs =
        inputs.map(|(number, text)| PolicyInput::Text { name: format!("suggested-{number}.yaml"), text });
    handle.send(Command::LoadPolicies(inputs.collect()));
    handle.settled().await;
    handle.world()
}

/// The patterns of a repository's images.
fn references(repository: &str) -> Vec<String> {
    vec![format!("{repository}:*"), format!("{repository}@*")]
}

async fn suggest(handle: &mut Handle, args: &SuggestArgs, keys: &[String]) -> Result<Vec<Tried>, Stop> {
    let kind = match args.kind {
        SuggestKind::ClusterPolicy => Kind::Cluster,
        SuggestKind::ImageValidatingPolicy => Kind::ImageValidating,
    };
    let world = handle.world();
    let mut repositories: BTreeMap<String, Vec<Vec<Offer>>> = BTreeMap::new();
    for image in &args.images {
        let evidence = match world.image(image).map(|row| &row.state) {
            Some(ImageState::Ready(evidence)) => evidence.clone(),
            Some(ImageState::Failed(missing)) => return Err(Stop::undecided(format!("{image}: {missing}"))),
            _ => return Err(Stop::undecided(format!("{image} was not fetched"))),
        };
        let repository = Reference::parse(image).map_err(|error| Stop::usage(error.to_string()))?.name();
        let passing = passing(handle, kind, image, &repository, &offers(&evidence, keys)).await;
        if passing.is_empty() {
            return Err(Stop::undecided(format!("nothing that hangs on {image} passes as a policy")).hint(
                "`sigscope tree` shows what hangs on it; `--key FILE` names a key that no log entry names",
            ));
        }
        repositories.entry(repository).or_default().push(passing);
    }
    let mut asked = Vec::new();
    for (repository, images) in &repositories {
        let of = common(images).ok_or_else(|| {
            Stop::undecided(format!(
                "the images of {repository} have nothing in common that one policy could ask for"
            ))
        })?;
        asked.push(Asked { references: references(repository), ..of });
    }
    let mut tried: Vec<Tried> = Vec::new();
    for step in Step::ALL {
        let text = written(&asked, kind, step);
        if tried.last().is_some_and(|last| last.text == text) {
            continue;
        }
        let world = judged(handle, vec![text.clone()]).await;
        if let Some(image) = args.images.iter().find(|image| !passes(&world, image)) {
            return Err(Stop::undecided(format!("{image} does not pass the policy that was made of it")));
        }
        // Whose images they are does not matter for who else is let in.
        let open: Vec<Asked> =
            asked.iter().map(|one| Asked { references: vec!["*".to_owned()], ..one.clone() }).collect();
        let mut also: Vec<String> = Vec::new();
        for one in &open {
            let world = judged(handle, vec![policy("suggested", one, kind, step)]).await;
            let others = world.images.iter().map(|row| row.name.to_string());
            let others = others.filter(|name| !args.images.contains(name) && passes(&world, name));
            also.extend(others);
        }
        also.sort();
        also.dedup();
        tried.push(Tried { step, text, also });
    }
    Ok(tried)
}

/// One policy for each repository.
fn written(asked: &[Asked], kind: Kind, step: Step) -> String {
    let one = |(number, one): (usize, &Asked)| {
        let name =
            if asked.len() == 1 { "suggested".to_owned() } else { format!("suggested-{}", number + 1) };
        policy(&name, one, kind, step)
    };
    asked.iter().enumerate().map(one).collect::<Vec<_>>().join("---\n")
}

/// Something looked at the image, and everything that did let it in.
fn passes(world: &World, image: &str) -> bool {
    let mut verdicts =
        world.traces_of(image).map(|trace| trace.verdict).filter(|verdict| *verdict != Verdict::None);
    let mut looked = false;
    verdicts.all(|verdict| {
        looked = true;
        verdict == Verdict::Pass
    }) && looked
}

/// Everything that hangs on an image and could be asked for, the best first.
fn offers(evidence: &Evidence, keys: &[String]) -> Vec<Offer> {
    let mut offers = Vec::new();
    for artifact in &evidence.artifacts {
        let form = match artifact.kind {
            ArtifactKind::SigstoreBundle => Form::Bundle,
            ArtifactKind::CosignSignature | ArtifactKind::CosignAttestation => Form::Classic,
            _ => continue,
        };
        for (index, layer) in artifact.layers.iter().enumerate() {
            let Some(read) = readable(Signature { artifact, index, layer }) else { continue };
            let named = read.claims.as_ref().and_then(|claims| {
                let (subject, issuer) = (subject(claims)?.to_owned(), issuer(claims)?.to_owned());
                Some(By::Name { subject, issuer })
            });
            let bys: Vec<By> = match named {
                Some(by) => vec![by],
                None => read.key.iter().chain(keys).cloned().map(By::Key).collect(),
            };
            let predicate = read.predicate.filter(|kind| kind != SIGNATURE);
            for by in bys {
                for logged in [true, false] {
                    let offer = Offer { form, by: by.clone(), logged, predicate: predicate.clone() };
                    if !offers.contains(&offer) {
                        offers.push(offer);
                    }
                }
            }
        }
    }
    // Names before keys, what a log vouches for before what it does not.
    offers.sort_by_key(|offer| (!offer.logged, matches!(offer.by, By::Key(_)), offer.form));
    offers.truncate(MOST);
    offers
}

/// The offers that the image passes when each is a policy by itself.
async fn passing(
    handle: &mut Handle,
    kind: Kind,
    image: &str,
    repository: &str,
    offers: &[Offer],
) -> Vec<Offer> {
    let mut good = Vec::new();
    // One at a time: what one ImageValidatingPolicy verifies counts for others.
    for offer in offers {
        let asked = match offer.predicate {
            None => Asked { signatures: vec![offer.clone()], ..Asked::default() },
            Some(_) => Asked { attestations: vec![offer.clone()], ..Asked::default() },
        };
        let asked = Asked { references: references(repository), ..asked };
        let better = good.iter().any(|known: &Offer| {
            known.by == offer.by && known.form == offer.form && known.predicate == offer.predicate
        });
        if better {
            continue;
        }
        let world = judged(handle, vec![policy("candidate", &asked, kind, Step::Ref)]).await;
        if passes(&world, image) {
            good.push(offer.clone());
        }
    }
    good
}

/// What all images of a repository have: a form in which each is signed, and the attestations that each has.
fn common(images: &[Vec<Offer>]) -> Option<Asked> {
    let forms = [Form::Bundle, Form::Classic].into_iter().map(|form| {
        let best = |offers: &Vec<Offer>| {
            offers.iter().find(|offer| offer.form == form && offer.predicate.is_none()).cloned()
        };
        let signatures: Vec<Option<Offer>> = images.iter().map(best).collect();
        let mut asked = Asked::default();
        if signatures.iter().all(Option::is_some) {
            asked.signatures = unique(signatures.into_iter().flatten());
        }
        let kinds = images.first().into_iter().flatten().filter_map(|offer| offer.predicate.clone());
        for kind in unique(kinds) {
            let of_kind = |offers: &Vec<Offer>| {
                let kind = Some(&kind);
                offers.iter().find(|offer| offer.form == form && offer.predicate.as_ref() == kind).cloned()
            };
            let found: Vec<Option<Offer>> = images.iter().map(of_kind).collect();
            if found.iter().all(Option::is_some) {
                asked.attestations.extend(unique(found.into_iter().flatten()));
            }
        }
        asked
    });
    let all: Vec<Asked> = forms.collect();
    let signed = all.iter().find(|asked| !asked.signatures.is_empty());
    signed.or_else(|| all.iter().find(|asked| !asked.attestations.is_empty())).cloned()
}

fn unique<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut kept = Vec::new();
    for one in all {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept
}
