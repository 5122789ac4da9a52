//! `sigscope`, `sigscope demo` and `sigscope open`: the terminal program.

use super::{habits, session, start};
use crate::cli::args::{ColorWhen, Look, OpenArgs};
use crate::cli::exit::{Exit, Stop};
use crate::cli::resolve::{self, Meant};
use crate::engine::{self, Command, PolicyInput, SourceInput};
use crate::source::demo;
use crate::trust::Material;
use crate::ui::Settings;
use crate::ui::theme::Depth;

/// Opens on the recording inside the program.
///
/// # Errors
/// When there is no terminal.
pub fn demo(meant: &Meant, look: &Look) -> Result<Exit, Stop> {
    let material = Material::from_trusted_root(demo::trusted_root(), "of the demo")
        .map_err(|error| Stop::usage(error.to_string()))?;
    // The recording is all there is: nothing is asked over a network.
    let meant = Meant { offline: true, ..meant.clone() };
    run(&meant, look, &material, Vec::new(), vec![SourceInput::Demo], String::new())
}

/// Opens on sources and policies.
///
/// # Errors
/// When the arguments are wrong, an input cannot be read, or there is no terminal.
pub fn open(args: &OpenArgs, meant: &Meant, look: &Look) -> Result<Exit, Stop> {
    let policies = resolve::policies(&args.policy)?;
    let mut sources = Vec::new();
    for source in &args.sources {
        sources.push(resolve::source(source)?);
    }
    let resources = session::resources(&args.pod)?;
    if !resources.is_empty() {
        sources.push(SourceInput::Resources(resources));
    }
    let material = start::material(meant)?;
    run(meant, look, &material, policies, sources, options(args, meant))
}

/// The options that a headless command needs to see the same.
fn options(args: &OpenArgs, meant: &Meant) -> String {
    let layouts = meant
        .layouts
        .iter()
        .map(|rule| format!("--layouts {}/{}={}", rule.registry, rule.prefix, rule.dir.display()));
    let policies = args.policy.iter().map(|path| format!("--policy {}", path.display()));
    let root = meant.trusted_root.iter().map(|path| format!("--trusted-root {}", path.display()));
    let insecure = meant.insecure.iter().map(|host| format!("--insecure-registry {host}"));
    let offline = meant.offline.then(|| "--offline".to_owned());
    layouts.chain(policies).chain(root).chain(insecure).chain(offline).collect::<Vec<_>>().join(" ")
}

fn run(
    meant: &Meant,
    look: &Look,
    material: &Material,
    policies: Vec<PolicyInput>,
    sources: Vec<SourceInput>,
    options: String,
) -> Result<Exit, Stop> {
    if !std::io::IsTerminal::is_terminal(&std::io::stdout()) {
        return Err(Stop::usage("standard output is no terminal")
            .hint("`sigscope audit`, `why`, `tree` and `verify` print their answers"));
    }
    let settings = start::settings(meant, material)?;
    let habits = habits::read(look)?;
    let shown = Settings {
        depth: depth(look.color),
        ascii: look.ascii || Settings::wants_ascii(variable),
        theme: look.theme.clone().unwrap_or_default(),
        own_theme: habits.theme,
        no_mouse: false,
        options,
        editor: variable("VISUAL").or_else(|| variable("EDITOR")).unwrap_or_default(),
        keys: habits.keys,
        problems: habits.problems,
    };
    shown.theme().map_err(|error| Stop::usage(error.to_string()))?;
    start::runtime()?.block_on(async move {
        let handle = engine::start(settings);
        if !policies.is_empty() {
            handle.send(Command::LoadPolicies(policies));
        }
        for source in sources {
            handle.send(Command::Open(source));
        }
        crate::ui::run(handle, shown)
            .await
            .map_err(|error| Stop::usage(format!("the terminal failed: {error}")))
    })?;
    Ok(Exit::Pass)
}

fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

fn depth(when: ColorWhen) -> Depth {
    match when {
        ColorWhen::Never => Depth::None,
        ColorWhen::Sixteen => Depth::Sixteen,
        ColorWhen::Indexed => Depth::Indexed,
        ColorWhen::True => Depth::True,
        // A terminal that asks for no colours is overruled by the user's own word.
        ColorWhen::Always => Depth::detect(|name| if name == "NO_COLOR" { None } else { variable(name) }),
        ColorWhen::Auto => Depth::detect(variable),
    }
}
