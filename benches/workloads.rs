//! From a key to a frame while the pods of a cluster arrive: how long, and how much longer with ten thousand workloads
//! than with a hundred. Ratios matter here, not milliseconds: what grows with the list is what a user would feel.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark fails by panicking and prints what it measured"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use sigscope::model::cluster::{Cluster, Link, WorkloadRow};
use sigscope::model::trace::PolicyId;
use sigscope::model::world::{ImageRow, ImageState};
use sigscope::model::{Code, ContainerImage, Moment, Reference, ResourceId, Trace, Verdict, World};
use sigscope::ui::history::{Place, ScreenId};
use sigscope::ui::keymap::Chord;
use sigscope::ui::layout::regions;
use sigscope::ui::msg::Msg;
use sigscope::ui::prepared::Prepared;
use sigscope::ui::{Model, Settings, update, view};

/// Distinct images, and policies that judge each.
const IMAGES: usize = 200;
const POLICIES: usize = 3;
/// Snapshots in which the list arrives, and keys typed after each.
const STEPS: usize = 40;
const KEYS: [&str; 6] = ["j", "j", "pgdn", "k", "s g", "G"];

fn resource(number: usize) -> ResourceId {
    ResourceId {
        api_version: "v1".to_owned(),
        kind: "Pod".to_owned(),
        namespace: format!("team-{}", number % 40),
        name: format!("service-{number}-0"),
    }
}

fn used(number: usize) -> ContainerImage {
    ContainerImage {
        list: "containers".to_owned(),
        container: "app".to_owned(),
        image: format!("registry.example/team/service-{}:v1.2.3", number % IMAGES),
        pointer: "/spec/containers/0/image".to_owned(),
    }
}

fn trace(number: usize, policy: usize) -> Arc<Trace> {
    let (verdict, code) = match (number + policy) % 7 {
        0 => (Verdict::Deny, Code::SigNone),
        1 => (Verdict::Audit, Code::SigKey),
        _ => (Verdict::Pass, Code::Pass),
    };
    Arc::new(Trace {
        draft: false,
        resource: resource(number),
        image: used(number),
        digest: None,
        policy: PolicyId {
            kind: "ClusterPolicy".to_owned(),
            namespace: String::new(),
            name: format!("policy-{policy}"),
        },
        rule: "signed".to_owned(),
        verdict,
        code,
        engine_message: String::new(),
        location: None,
        clauses: Vec::new(),
        deciding: Vec::new(),
    })
}

/// A cluster of which so many workloads have arrived.
fn world(revision: u64, all: &[Arc<Trace>], known: usize) -> Arc<World> {
    let mut images: Vec<ImageRow> = (0..IMAGES.min(known))
        .map(|number| {
            let image = used(number).image;
            ImageRow {
                reference: Reference::parse(&image).map_err(|error| error.to_string()),
                name: image.as_str().into(),
                state: ImageState::Waiting,
                uses: Vec::new(),
                since: Moment(0),
            }
        })
        .collect();
    for number in 0..known {
        images[number % IMAGES].uses.push((resource(number), used(number)));
    }
    let row = |number: usize| WorkloadRow {
        pod: resource(number),
        owner: ResourceId {
            kind: "StatefulSet".to_owned(),
            name: format!("service-{number}"),
            ..resource(number)
        },
        pods: 1,
        replicas: None,
        running: Vec::new(),
    };
    let cluster = Cluster {
        context: "prod".to_owned(),
        link: Link::Listing,
        pods: known,
        workloads: (0..known).map(row).collect(),
        ..Cluster::default()
    };
    Arc::new(World {
        revision,
        images,
        traces: all.iter().take(known * POLICIES).cloned().collect(),
        cluster: Arc::new(cluster),
        progress: (0, IMAGES),
        ..World::default()
    })
}

fn frame(model: &Model) -> Buffer {
    let mut buffer = Buffer::empty(model.area);
    view(model, &regions(model), &mut buffer, &model.prefs.ink);
    buffer
}

#[derive(Default)]
struct Times {
    /// What is made of a snapshot beside the keys.
    made: Vec<Duration>,
    /// A snapshot on its way to a frame.
    snapshot: Vec<Duration>,
    /// A key on its way to a frame.
    key: Vec<Duration>,
}

fn measure(workloads: usize) -> Times {
    let all: Vec<Arc<Trace>> = (0..workloads).flat_map(|n| (0..POLICIES).map(move |p| trace(n, p))).collect();
    let settings =
        Settings { place: Place { screen: ScreenId::Workloads, ..Place::default() }, ..Settings::default() };
    let mut model = Model::new(&settings, 200, 50, Moment(0)).unwrap();
    let mut times = Times::default();
    let mut timed = |into: fn(&mut Times) -> &mut Vec<Duration>, run: &mut dyn FnMut()| {
        let begun = Instant::now();
        run();
        into(&mut times).push(begun.elapsed());
    };
    // As the program does: what was on screen is let go elsewhere.
    let mut held = Vec::new();
    for step in 1..=STEPS {
        let world = world(step as u64, &all, workloads * step / STEPS);
        let shape = model.screens.workloads.shape();
        let mut made = None;
        timed(|times| &mut times.made, &mut || made = Some(Prepared::of(&world, &shape, Moment(0))));
        let made = made.unwrap();
        held.push((world.clone(), made.table.clone()));
        timed(|times| &mut times.snapshot, &mut || {
            update(&mut model, Msg::Ready(world.clone(), made.clone()));
            frame(&model);
        });
        held.drain(..held.len().saturating_sub(2));
        for keys in KEYS {
            timed(|times| &mut times.key, &mut || {
                for chord in Chord::sequence(keys).unwrap() {
                    update(&mut model, Msg::Key(chord));
                }
                frame(&model);
            });
        }
    }
    times
}

fn at(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1_000.0
}

fn main() {
    println!("milliseconds, median and 99th percentile; ratios to the first row are of the 99th");
    println!("{:>10} {:>16} {:>16} {:>16}", "workloads", "made beside", "snapshot-frame", "key-frame");
    let mut first: Option<[f64; 3]> = None;
    for workloads in [200, 2_000, 10_000] {
        let mut times = measure(workloads);
        let columns =
            [&mut times.made, &mut times.snapshot, &mut times.key].map(|all| (at(all, 50), at(all, 99)));
        let texts = columns.map(|(median, high)| format!("{median:.2} {high:.2}"));
        println!("{workloads:>10} {:>16} {:>16} {:>16}", texts[0], texts[1], texts[2]);
        let base = *first.get_or_insert(columns.map(|(_, high)| high));
        let ratios: Vec<String> =
            columns.iter().zip(base).map(|((_, high), base)| format!("x {:.1}", high / base)).collect();
        println!("{:>10} {:>16} {:>16} {:>16}", "", ratios[0], ratios[1], ratios[2]);
    }
}
