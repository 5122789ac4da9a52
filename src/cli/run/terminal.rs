//! `sigscope`, `sigscope demo` and `sigscope open`: the terminal program.

use std::path::PathBuf;
use std::sync::Arc;

use super::{habits, replay, session, start};
use crate::cli::args::{ColorWhen, Look, OpenArgs, StartArgs};
use crate::cli::cluster::ClusterArgs;
use crate::cli::exit::{Exit, Stop};
use crate::cli::resolve::{self, Meant};
use crate::engine::{self, Command, PolicyInput, SourceInput};
use crate::source::cluster::ClusterOptions;
use crate::source::{RequestLog, demo};
use crate::trust::Material;
use crate::ui::history::{Place, ScreenId, Spot};
use crate::ui::locator::{Locator, Origin};
use crate::ui::theme::Depth;
use crate::ui::{Left, Settings};

/// What the terminal program is opened on.
struct Opened {
    meant: Meant,
    material: Material,
    policies: Vec<PolicyInput>,
    sources: Vec<SourceInput>,
    options: String,
    origin: Origin,
    place: Place,
    /// Of a snapshot; in place of those that the arguments give.
    settings: Option<engine::Settings>,
}

fn at(screen: ScreenId) -> Place {
    Place { screen, spot: Spot::default() }
}

/// The recording inside the program.
fn recording(meant: &Meant) -> Result<Opened, Stop> {
    let material = Material::from_trusted_root(demo::trusted_root(), "of the demo")
        .map_err(|error| Stop::usage(error.to_string()))?;
    Ok(Opened {
        // The recording is all there is: nothing is asked over a network.
        meant: Meant { offline: true, ..meant.clone() },
        material,
        policies: Vec::new(),
        sources: vec![SourceInput::Demo],
        options: String::new(),
        origin: Origin { demo: true, ..Origin::default() },
        place: at(ScreenId::Workloads),
        settings: None,
    })
}

/// Opens on the recording inside the program.
///
/// # Errors
/// When there is no terminal.
pub fn demo(meant: &Meant, look: &Look) -> Result<Exit, Stop> {
    run(recording(meant)?, meant, look)
}

/// Opens on a cluster: the current context of the kubeconfig, or what the arguments name.
///
/// # Errors
/// When the trust cannot be read, or there is no terminal. What is wrong with the cluster is said on the screen.
pub fn cluster(args: &StartArgs, meant: &Meant, look: &Look) -> Result<Exit, Stop> {
    run(cluster_of(&args.place.options(), &args.policy, meant)?, meant, look)
}

fn cluster_of(cluster: &ClusterOptions, policy: &[PathBuf], meant: &Meant) -> Result<Opened, Stop> {
    Ok(Opened {
        policies: resolve::policies(policy)?,
        material: start::material(meant)?,
        options: options(policy, meant),
        origin: Origin {
            cluster: true,
            context: cluster.context.clone(),
            namespace: cluster.namespace.clone(),
            ..origin(&[], policy, &[], meant)
        },
        meant: meant.clone(),
        sources: vec![SourceInput::Cluster(cluster.clone())],
        place: at(ScreenId::Workloads),
        settings: None,
    })
}

/// Opens on sources and policies.
///
/// # Errors
/// When the arguments are wrong, an input cannot be read, or there is no terminal.
pub fn open(args: &OpenArgs, meant: &Meant, look: &Look) -> Result<Exit, Stop> {
    let opened = match args.sources.iter().find(|source| Locator::is(source)) {
        Some(text) if args.sources.len() == 1 => located(args, text.parse().map_err(Stop::usage)?, meant)?,
        Some(_) => return Err(Stop::usage("a locator stands alone: it names its sources itself")),
        None => sources(args, meant)?,
    };
    run(opened, meant, look)
}

/// What a locator stands for, beside what was given with it. A draft does not travel in it.
fn located(args: &OpenArgs, locator: Locator, meant: &Meant) -> Result<Opened, Stop> {
    let Locator { origin, mut place } = locator;
    if place.screen == ScreenId::WhatIf {
        place.screen = ScreenId::Policies;
    }
    let mut meant = meant.clone();
    for rule in &origin.layouts {
        meant.layouts.push(resolve::layouts(rule)?);
    }
    meant.offline |= origin.offline;
    let paths = |given: &[PathBuf], named: Vec<String>| -> Vec<PathBuf> {
        given.iter().cloned().chain(named.into_iter().map(PathBuf::from)).collect()
    };
    let policy = paths(&args.policy, origin.policies);
    let opened = if origin.demo {
        recording(&meant)?
    } else if origin.cluster {
        let cluster =
            ClusterOptions { kubeconfig: None, context: origin.context, namespace: origin.namespace };
        cluster_of(&cluster, &policy, &meant)?
    } else {
        sources(&OpenArgs { sources: origin.sources, policy, pod: paths(&args.pod, origin.pods) }, &meant)?
    };
    Ok(Opened { place, ..opened })
}

/// Where a session reads, as a locator tells it.
fn origin(sources: &[String], policies: &[PathBuf], pods: &[PathBuf], meant: &Meant) -> Origin {
    let texts = |paths: &[PathBuf]| paths.iter().map(|path| path.display().to_string()).collect();
    Origin {
        sources: sources.to_vec(),
        policies: texts(policies),
        pods: texts(pods),
        layouts: meant
            .layouts
            .iter()
            .map(|rule| format!("{}/{}={}", rule.registry, rule.prefix, rule.dir.display()))
            .collect(),
        offline: meant.offline,
        ..Origin::default()
    }
}

/// A snapshot, with its own policies and trust.
fn snapshot(kept: &crate::source::snapshot::Opened, args: &OpenArgs, meant: &Meant) -> Result<Opened, Stop> {
    let settings = replay::settings(kept)?;
    Ok(Opened {
        material: (*settings.material).clone(),
        options: String::new(),
        origin: origin(&args.sources, &[], &[], meant),
        meant: Meant { offline: true, ..meant.clone() },
        policies: replay::policies(kept),
        sources: replay::sources(kept)?,
        place: at(ScreenId::Workloads),
        settings: Some(settings),
    })
}

fn sources(args: &OpenArgs, meant: &Meant) -> Result<Opened, Stop> {
    let alone = args.policy.is_empty() && args.pod.is_empty();
    if let Some(kept) = replay::named(&args.sources, alone)? {
        return snapshot(&kept, args, meant);
    }
    let policies = resolve::policies(&args.policy)?;
    let mut sources = Vec::new();
    for source in &args.sources {
        sources.push(resolve::source(source)?);
    }
    let resources = session::resources(&args.pod)?;
    let screen = if args.sources.is_empty() { ScreenId::Workloads } else { ScreenId::Images };
    if !resources.is_empty() {
        sources.push(SourceInput::Resources(resources));
    }
    Ok(Opened {
        material: start::material(meant)?,
        options: options(&args.policy, meant),
        origin: origin(&args.sources, &args.policy, &args.pod, meant),
        meant: meant.clone(),
        policies,
        sources,
        place: at(screen),
        settings: None,
    })
}

/// The options that a headless command needs to see the same.
fn options(policies: &[PathBuf], meant: &Meant) -> String {
    let layouts = meant
        .layouts
        .iter()
        .map(|rule| format!("--layouts {}/{}={}", rule.registry, rule.prefix, rule.dir.display()));
    let policies = policies.iter().map(|path| format!("--policy {}", path.display()));
    let root = meant.trusted_root.iter().map(|path| format!("--trusted-root {}", path.display()));
    let insecure = meant.insecure.iter().map(|host| format!("--insecure-registry {host}"));
    let offline = meant.offline.then(|| "--offline".to_owned());
    layouts.chain(policies).chain(root).chain(insecure).chain(offline).collect::<Vec<_>>().join(" ")
}

fn run(mut opened: Opened, meant: &Meant, look: &Look) -> Result<Exit, Stop> {
    if !std::io::IsTerminal::is_terminal(&std::io::stdout()) {
        return Err(Stop::usage("standard output is no terminal")
            .hint("`sigscope audit`, `why`, `tree` and `verify` print their answers"));
    }
    let runtime = start::runtime()?;
    loop {
        opened = match runtime.block_on(shown(opened, look))? {
            Left::Quit => break,
            Left::Demo => recording(meant)?,
            Left::Cluster(context) => {
                let place = ClusterArgs { context: Some(context), ..ClusterArgs::default() };
                cluster_of(&place.options(), &[], meant)?
            }
        };
    }
    // A plug-in or a connection that hangs must not keep the user.
    runtime.shutdown_background();
    Ok(Exit::Pass)
}

async fn shown(opened: Opened, look: &Look) -> Result<Left, Stop> {
    let log = RequestLog::default();
    let settings = match opened.settings {
        Some(settings) => settings,
        None => start::settings_with(&opened.meant, &opened.material, &log)?,
    };
    let habits = habits::read(look)?;
    let shown = Settings {
        depth: if look.plain { Depth::Plain } else { depth(look.color) },
        ascii: look.ascii || Settings::wants_ascii(variable),
        theme: look.theme.clone().unwrap_or_default(),
        own_theme: habits.theme,
        no_mouse: false,
        options: opened.options,
        place: opened.place,
        origin: opened.origin,
        ledger: resolve::ledger(),
        editor: variable("VISUAL").or_else(|| variable("EDITOR")).unwrap_or_default(),
        keys: habits.keys,
        problems: habits.problems,
    };
    shown.theme().map_err(|error| Stop::usage(error.to_string()))?;
    let handle = engine::start(settings);
    if !opened.policies.is_empty() {
        handle.send(Command::LoadPolicies(opened.policies));
    }
    for source in opened.sources {
        handle.send(Command::Open(source));
    }
    let asked = Arc::new(move || log.requests());
    crate::ui::run(handle, shown, asked)
        .await
        .map_err(|error| Stop::usage(format!("the terminal failed: {error}")))
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
