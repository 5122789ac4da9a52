//! The palette completes what stands behind a command, and finds the commands of before.

use std::sync::Arc;

use sigscope::model::Moment;
use sigscope::model::World;
use sigscope::model::cluster::{Cluster, Link, WorkloadRow};
use sigscope::model::workload::ResourceId;
use sigscope::ui::effect::{Effect, Order};
use sigscope::ui::keymap::Chord;
use sigscope::ui::model::Model;
use sigscope::ui::msg::Msg;
use sigscope::ui::settings::Settings;
use sigscope::ui::{layout, update, view};

fn start() -> Model {
    let of = |namespace: &str| {
        let pod = ResourceId { namespace: namespace.into(), name: "p".into(), ..ResourceId::default() };
        WorkloadRow { owner: pod.clone(), pod, pods: 1, replicas: None, running: Vec::new() }
    };
    let cluster = Cluster {
        context: "prod-eu".into(),
        contexts: vec!["prod-eu".into(), "prod-us".into(), "staging\u{1b}[2J".into()],
        link: Link::Live,
        workloads: vec![of("payments"), of("shop"), of("shop")],
        ..Cluster::default()
    };
    let world = World { cluster: Arc::new(cluster), revision: 1, ..World::default() };
    let mut model =
        Model::new(&Settings { no_mouse: true, ..Settings::default() }, 100, 30, Moment(0)).unwrap();
    update(&mut model, Msg::World(Arc::new(world)));
    model
}

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for chord in Chord::sequence(keys).unwrap() {
        effects = update(model, Msg::Key(chord));
    }
    effects
}

fn screen(model: &Model) -> String {
    let mut out = ratatui::buffer::Buffer::empty(model.area);
    view(model, &layout::regions(model), &mut out, &model.prefs.ink);
    let row = |y: u16| (0..model.area.width).map(|x| out[(x, y)].symbol()).collect::<String>() + "\n";
    (0..model.area.height).map(row).collect()
}

#[test]
fn contexts_are_completed_and_chosen() {
    let mut model = start();
    press(&mut model, ": c t x space");
    let seen = screen(&model);
    for name in ["prod-eu", "followed now", "prod-us", "the one before"] {
        assert!(seen.contains(name), "{name}\n{seen}");
    }
    assert!(!seen.contains('\u{1b}'));
    let effects = press(&mut model, "u s tab enter");
    assert!(effects.contains(&Effect::Order(Order::Context("prod-us".into()))), "{effects:?}");
    // The cursor chooses without a letter typed; what is typed alone is run as it is.
    let effects = press(&mut model, ": c t x space down enter");
    assert!(effects.contains(&Effect::Order(Order::Context("prod-us".into()))), "{effects:?}");
    let effects = press(&mut model, ": c t x space p r o d enter");
    assert!(effects.contains(&Effect::Order(Order::Context("prod".into()))), "{effects:?}");
}

#[test]
fn namespaces_are_completed_one_after_the_other() {
    let mut model = start();
    let effects = press(&mut model, ": n s space p a y tab , s h tab enter");
    let wanted = Effect::Order(Order::Namespaces(vec!["payments".into(), "shop".into()]));
    assert!(effects.contains(&wanted), "{effects:?}");
}

#[test]
fn themes_presets_codes_and_exports_are_completed() {
    let mut model = start();
    for (keys, text) in [
        (": t h e m e space", "high-contrast"),
        (": k e y s space", "strict-vim"),
        (": e x p l a i n space s i g - n o n", "SIG-NONE"),
        (": e x p o r t space", "sarif"),
    ] {
        press(&mut model, keys);
        let seen = screen(&model);
        assert!(seen.contains(text), "{text}\n{seen}");
        press(&mut model, "esc");
    }
    press(&mut model, ": t h e m e space d e u t tab enter");
    assert_eq!(model.prefs.ink.theme.name, "deutan");
}

#[test]
fn up_finds_the_commands_of_before() {
    let mut model = start();
    press(&mut model, ": n s space s h o p enter");
    press(&mut model, ": n s space a l l enter");
    press(&mut model, ":");
    assert!(screen(&model).contains("Up: before"));
    press(&mut model, "up");
    assert!(screen(&model).contains(":ns all"), "{}", screen(&model));
    press(&mut model, "up");
    assert!(screen(&model).contains(":ns shop"), "{}", screen(&model));
    press(&mut model, "down");
    let effects = press(&mut model, "up enter");
    assert!(effects.contains(&Effect::Order(Order::Namespaces(vec!["shop".into()]))), "{effects:?}");
    // Once something is typed, up and down go through the rows.
    press(&mut model, ": g r o u p down up");
    assert!(screen(&model).contains(":group"), "{}", screen(&model));
}
