//! The Workloads screen over the demo: pictures with the role of every cell, groups that open, jumps, ages, what is
//! fetched first.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use sigscope::analyse::workloads::By;
use sigscope::model::cluster::{Cluster, Link};
use sigscope::model::world::{ImageState, Job};
use sigscope::model::{Moment, Verdict, World};
use sigscope::ui::effect::{Effect, Order};
use sigscope::ui::history::{Place, ScreenId};
use sigscope::ui::keymap::Chord;
use sigscope::ui::layout::regions;
use sigscope::ui::msg::Msg;
use sigscope::ui::overlay::Overlay;
use sigscope::ui::prepared::Prepared;
use sigscope::ui::screen::workloads::Shape;
use sigscope::ui::screen::workloads::columns::{Columns, Longest};
use sigscope::ui::screen::workloads::rows::Row;
use sigscope::ui::theme::Depth;
use sigscope::ui::{Model, Settings, update, view};

use crate::demo::{NOON, world};
use crate::picture::compare;
use crate::stand::{plane, roles};

const SIZES: [(u16, u16); 4] = [(80, 24), (120, 36), (200, 50), (59, 15)];

fn open(world: Arc<World>, (width, height): (u16, u16), ascii: bool) -> Model {
    let settings = Settings {
        depth: Depth::True,
        ascii,
        own_theme: Some(roles()),
        place: Place { screen: ScreenId::Workloads, ..Place::default() },
        ..Settings::default()
    };
    let mut model = Model::new(&settings, width, height, NOON).unwrap();
    update(&mut model, Msg::World(world));
    model
}

fn demo() -> Model {
    open(world(), (120, 36), false)
}

fn keys(model: &mut Model, text: &str) -> Vec<Effect> {
    Chord::sequence(text).unwrap().into_iter().flat_map(|chord| update(model, Msg::Key(chord))).collect()
}

fn buffer(model: &Model) -> Buffer {
    let mut buffer = Buffer::empty(model.area);
    view(model, &regions(model), &mut buffer, &model.prefs.ink);
    buffer
}

fn text(model: &Model) -> String {
    sigscope::ui::shot::text(&buffer(model))
}

#[test]
fn pictures_with_the_role_of_every_cell() {
    for size in SIZES {
        for (set, ascii) in [("unicode", false), ("ascii", true)] {
            let model = open(world(), size, ascii);
            let buffer = buffer(&model);
            let text = sigscope::ui::shot::text(&buffer);
            assert!(!ascii || text.is_ascii(), "{text}");
            let name = format!("workloads-{}x{}-{set}", size.0, size.1);
            compare(&name, &format!("{text}\n{}", plane(&buffer)));
        }
    }
}

#[test]
fn it_opens_on_a_denied_owner_with_the_most_pods() {
    let model = demo();
    let row = model.screens.workloads.row().unwrap();
    let workload = row.workload(&model.screens.workloads.table).unwrap();
    assert_eq!(workload.verdict, Verdict::Deny);
    let most = model.screens.workloads.table.workloads.iter().filter(|w| w.verdict == Verdict::Deny);
    assert_eq!(Some(workload.pods), most.map(|workload| workload.pods).max());
    assert!(model.subject().trace.is_some());
}

#[test]
fn every_group_opens_and_closes_in_every_grouping() {
    for by in By::ALL {
        let mut model = demo();
        let keys_of = match by {
            By::Cause => "s c",
            By::Owner => "s o",
            By::Namespace => "s N",
            By::Identity => "s i",
        };
        keys(&mut model, keys_of);
        assert_eq!(model.screens.workloads.order.by, by);
        assert!(text(&model).contains(&format!("Workloads by {}", by.word())));
        keys(&mut model, "z M");
        let groups = model.screens.workloads.groups.len();
        let headings = groups - usize::from(by == By::Owner);
        assert_eq!(
            model.screens.workloads.rows.iter().filter(|r| matches!(r, Row::Group(_))).count(),
            headings
        );
        let mut seen = BTreeSet::new();
        for number in 0..headings {
            keys(&mut model, "g g");
            keys(&mut model, format!("z M {}", "j ".repeat(number)).trim());
            let before = model.screens.workloads.rows.len();
            keys(&mut model, "l");
            let state = &model.screens.workloads;
            let members = state.groups[number].members.len();
            assert_eq!(state.rows.len(), before + members, "{}", state.groups[number].title);
            seen.extend(state.groups[number].members.iter().map(|member| member.workload));
            keys(&mut model, "h");
            assert_eq!(model.screens.workloads.rows.len(), before);
        }
        let all = model.screens.workloads.table.workloads.len();
        assert!(by == By::Owner || seen.len() == all, "{by:?}: {} of {all}", seen.len());
    }
}

#[test]
fn one_key_goes_through_all_groupings() {
    let mut model = demo();
    let mut met = Vec::new();
    for _ in By::ALL {
        met.push(model.screens.workloads.order.by);
        keys(&mut model, "s g");
    }
    assert_eq!(met, By::ALL);
    assert_eq!(model.screens.workloads.order.by, By::Cause);
}

#[test]
fn why_is_one_key_from_every_row_with_a_result() {
    let mut model = demo();
    keys(&mut model, "s o g g");
    for _ in 0..model.screens.workloads.rows.len() {
        assert!(model.subject().trace.is_some());
        keys(&mut model, "w");
        assert!(matches!(model.overlays.last(), Some(Overlay::Why(_))));
        keys(&mut model, "esc j");
    }
}

#[test]
fn owners_open_to_pods_and_containers() {
    let mut model = demo();
    keys(&mut model, "s o / s h o p / d e p l o y / c h e c k o u t enter g g l");
    let screen = text(&model);
    for part in ["x2q7k", " app ", " cart ", "shop/cart:v1.2.3"] {
        assert!(screen.contains(part), "{part}\n{screen}");
    }
    keys(&mut model, "j j");
    assert_eq!(model.subject().image.as_deref(), Some("registry.example/shop/checkout:v1.2.3"));
    keys(&mut model, "h");
    assert!(matches!(model.screens.workloads.row(), Some(Row::Owner { .. })));
}

#[test]
fn a_pod_that_runs_something_else_is_a_finding_of_its_own() {
    let model = demo();
    let state = &model.screens.workloads;
    let group = state.groups.iter().find(|group| group.is_drift()).unwrap();
    assert_eq!((group.images, group.pods, group.members.len()), (1, 1, 1));
    let member = group.members[0];
    let container =
        state.table.workloads[member.workload].container(member.template, member.container).unwrap();
    let drift = container.drift.as_ref().unwrap();
    assert_ne!(Some(&drift.runs), drift.names.as_ref());
    assert_eq!((container.verdict, drift.runs_stand), (Verdict::Pass, Some(Verdict::Deny)));
    assert!(text(&model).contains("runs 84ce925eb532 ✗ DENY"));
}

#[test]
fn an_image_leads_to_its_owner_and_back() {
    let mut model = demo();
    keys(&mut model, "2 / c a r t enter g w");
    assert_eq!(model.screen, ScreenId::Workloads);
    assert_eq!(model.subject().value, "shop/deploy/checkout");
    keys(&mut model, "H");
    assert_eq!(model.screen, ScreenId::Images);
    keys(&mut model, "L");
    assert_eq!((model.screen, model.subject().value.as_str()), (ScreenId::Workloads, "shop/deploy/checkout"));
}

#[test]
fn terms_of_the_filter_narrow_the_owners() {
    for (term, expected) in [
        ("ns:payments", "payments/"),
        ("by:ledger", "payments/sts/ledger"),
        ("code:SIG-KEYTYPE", "payments/cron/fraud-report"),
        ("image:search", "shop/sts/search"),
        ("pods>5", "payments/deploy/gateway"),
        ("signer:09df ns:shop !pods>90", "shop/"),
    ] {
        let mut model = demo();
        keys(&mut model, "s o /");
        for c in term.chars() {
            update(&mut model, Msg::Key(Chord::char(c)));
        }
        let state = &model.screens.workloads;
        let labels: Vec<&str> =
            state.rows.iter().filter_map(|row| row.workload(&state.table)).map(|w| &*w.label).collect();
        assert!(
            !labels.is_empty() && labels.iter().all(|label| label.starts_with(expected)),
            "{term}: {labels:?}"
        );
    }
}

#[test]
fn columns_are_dropped_in_a_fixed_order_and_never_owner_and_image() {
    let longest = Longest { owner: 30, bare: 22, image: 30, code: 12 };
    let mut before = [true; 4];
    for room in (20..140).rev() {
        let columns = Columns::fit(room, longest, false, true);
        let kept = [columns.code > 0, columns.age > 0, columns.pods > 0, !columns.bare];
        for (now, was) in kept.iter().zip(before).take(3) {
            assert!(was || !now, "a column comes back at {room}");
        }
        assert!(!kept[0] || kept[1], "the code goes before the age");
        assert!(!kept[1] || kept[2], "the age goes before the pods");
        assert!(columns.owner > 0 && columns.image > 0, "{room}: {columns:?}");
        before = kept;
    }
    assert!(!before[2] && !before[3]);
}

fn busy() -> Arc<World> {
    let mut world = World::clone(&world());
    for row in &mut world.images {
        row.state = ImageState::Waiting;
    }
    world.traces.clear();
    world.revision += 1;
    world.progress = (0, world.images.len());
    world.jobs.push(Job {
        id: 1,
        what: "fetch it".to_owned(),
        host: "registry.example".to_owned(),
        since: NOON,
        ..Job::default()
    });
    Arc::new(world)
}

#[test]
fn what_is_in_sight_is_fetched_first() {
    let mut model = open(Arc::new(World::default()), (80, 24), false);
    keys(&mut model, "s o");
    let effects = update(&mut model, Msg::World(busy()));
    let preferred = effects.iter().find_map(|effect| match effect {
        Effect::Order(Order::Prefer(names)) => Some(names.clone()),
        _ => None,
    });
    let preferred = preferred.expect("something is preferred");
    let shown = text(&model);
    let short = |name: &str| name.trim_start_matches("registry.example/").to_owned();
    assert!(preferred.iter().all(|name| shown.contains(&short(name))), "{preferred:?}\n{shown}");
    assert!(preferred.len() < model.world.images.len());
    let effects = keys(&mut model, "G");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Order(Order::Prefer(_)))), "{effects:?}");
}

#[test]
fn progress_has_a_count_and_an_estimate() {
    let mut model = open(busy(), (120, 36), false);
    assert!(text(&model).contains(&format!("verifying 0/{}", model.world.images.len())));
    let mut later = World::clone(&model.world);
    later.revision += 1;
    later.progress.0 = 6;
    update(&mut model, Msg::Tick(Moment(NOON.0 + 6)));
    update(&mut model, Msg::World(Arc::new(later)));
    let rest = model.world.images.len() - 6;
    assert!(text(&model).contains(&format!("verifying 6/{} eta {rest}s", rest + 6)), "{}", text(&model));
}

#[test]
fn a_lost_source_keeps_every_verdict_and_gives_it_an_age() {
    let mut model = demo();
    let before = text(&model);
    let mut lost = World::clone(&model.world);
    lost.revision += 1;
    lost.cluster = Arc::new(Cluster {
        context: "prod-eu".to_owned(),
        link: Link::Lost { since: NOON, problem: "connection refused".to_owned(), hint: "wait".to_owned() },
        ..Cluster::default()
    });
    update(&mut model, Msg::World(Arc::new(lost)));
    let effects = update(&mut model, Msg::Tick(Moment(NOON.0 + 185)));
    let after = text(&model);
    assert!(after.contains("LOST 3m") && after.contains("prod-eu ▸ all") && after.contains("AGE"), "{after}");
    // Mark, fold and verdict of each row of the list.
    let verdicts = |text: &str| -> Vec<String> {
        text.lines().skip(5).take(28).map(|line| line.chars().take(14).collect()).collect()
    };
    assert_eq!(verdicts(&before), verdicts(&after), "{after}");
    // While a source is lost its age is counted on, though no work is running.
    assert!(model.typed.ageing || effects.iter().any(|effect| matches!(effect, Effect::After(..))));
}

#[test]
fn groups_with_many_owners_show_the_first_and_say_how_many_more() {
    let mut many = World::clone(&world());
    let row = many.declared.first().unwrap().clone();
    let uses = many
        .images
        .iter()
        .find(|image| image.uses.iter().any(|(id, _)| *id == row.pod))
        .unwrap()
        .name
        .clone();
    let declared = Arc::make_mut(&mut many.declared);
    let image = many.images.iter_mut().find(|image| image.name == uses).unwrap();
    let used = image.uses.iter().find(|(id, _)| *id == row.pod).unwrap().1.clone();
    for number in 0..500 {
        let mut row = row.clone();
        row.pod.name = format!("many-{number}");
        row.owner = row.pod.clone();
        image.uses.push((row.pod.clone(), used.clone()));
        declared.push(row);
    }
    many.revision += 1;
    let mut model = open(Arc::new(many), (120, 36), false);
    keys(&mut model, "s c z M G l");
    let screen = text(&model);
    assert!(screen.contains("488 more"), "{screen}");
    keys(&mut model, "G");
    assert!(matches!(model.screens.workloads.row(), Some(Row::More { count: 488, .. })));
    keys(&mut model, "enter");
    assert!(!text(&model).contains("488 more"));
    assert!(model.screens.workloads.rows.len() > 500);
}

/// What is made of a snapshot beside the keys shows the same as what is made when a key asks for it; made for another
/// order or filter, it is not used.
#[test]
fn what_is_made_beside_the_keys_is_what_a_key_would_have_waited_for() {
    for (typed, shape) in [
        ("j", None),
        ("s o / n s : p a y m e n t s", None),
        ("s n", None),
        ("/ n o t h i n g", None),
        ("s o", Some(Shape::default())),
        ("/ s h o p", Some(Shape { filter: "ledger".to_owned(), ..Shape::default() })),
    ] {
        let (mut here, mut beside) = (demo(), demo());
        keys(&mut here, typed);
        keys(&mut beside, typed);
        let newer = busy();
        let shape = shape.unwrap_or_else(|| beside.screens.workloads.shape());
        let made = Prepared::of(&newer, &shape, NOON);
        update(&mut here, Msg::World(newer.clone()));
        update(&mut beside, Msg::Ready(newer.clone(), made));
        assert_eq!(beside.screens.workloads.table.revision, newer.revision);
        assert_eq!(text(&beside), text(&here), "{typed}");
        assert_eq!(beside.screens.workloads.rows, here.screens.workloads.rows, "{typed}");
        for more in ["j", "s p", "esc", "G"] {
            keys(&mut here, more);
            keys(&mut beside, more);
            assert_eq!(text(&beside), text(&here), "{typed} {more}");
        }
    }
}
