//! States that people meet before everything is well: nothing yet, work running, what cannot be read or reached.

use sigscope::model::moment::Moment;
use sigscope::model::request::RequestRecord;
use sigscope::model::span::Diagnostic;
use sigscope::model::world::*;
use sigscope::model::{Missing, Position, Reference, Span, World};
use sigscope::ui::{Model, Settings, keymap::Chord, layout::regions, msg::Msg, update, view};
use std::sync::Arc;
fn show(w: u16, h: u16, world: Option<World>, keys: &str) -> String {
    let mut m = Model::new(&Settings::default(), w, h, Moment(1_000)).unwrap();
    if let Some(world) = world {
        update(&mut m, Msg::World(Arc::new(world)));
    }
    for c in Chord::sequence(keys).unwrap_or_default() {
        update(&mut m, Msg::Key(c));
    }
    let mut b = ratatui::buffer::Buffer::empty(m.area);
    view(&m, &regions(&m), &mut b, &m.prefs.ink);
    sigscope::ui::shot::text(&b)
}
fn row(name: &str, state: ImageState) -> ImageRow {
    ImageRow {
        name: name.into(),
        reference: Reference::parse(name).map_err(|e| e.to_string()),
        state,
        uses: Vec::new(),
        since: Moment(0),
    }
}
fn jobs() -> Vec<Job> {
    vec![
        Job {
            id: 4,
            what: "fetch ghcr.io/acme/b:1".into(),
            host: "ghcr.io".into(),
            since: Moment(940),
            requests: 7,
            again: 2,
            ..Job::default()
        },
        Job {
            id: 5,
            what: "fetch ghcr.io/acme/a:1".into(),
            host: "ghcr.io".into(),
            waits: true,
            ..Job::default()
        },
    ]
}

fn busy() -> World {
    let miss = crate::trace::all_missing();
    World {
        revision: 3,
        title: "ghcr.io/acme".into(),
        images: vec![
            row("ghcr.io/acme/a:1", ImageState::Waiting),
            row("ghcr.io/acme/b:1", ImageState::Fetching),
            row("ghcr.io/acme/c:1", ImageState::Failed(miss[2].clone())),
            row(
                "ghcr.io/acme/d:1",
                ImageState::Failed(Missing::Unreachable {
                    host: "ghcr.io".into(),
                    detail: "connection refused".into(),
                }),
            ),
            row("ghcr.io/acme/e:1", ImageState::NotAsked),
            row("Bad Ref", ImageState::Waiting),
        ],
        jobs: jobs(),
        hosts: vec![
            HostRow { name: "ghcr.io".into(), running: 6, limit: 6, waiting: 9, pause: 5 },
            HostRow { name: "quiet.example".into(), running: 0, limit: 6, waiting: 0, pause: 0 },
        ],
        files: vec![PolicyFile {
            path: "pol/x.yaml".into(),
            text: "kind: ClusterPolicy\nspec:\n  rules: []\n".into(),
            hash: "".into(),
            policies: vec![],
            broken: Some(Diagnostic {
                span: Span {
                    file: "pol/x.yaml".into(),
                    start: Position { offset: 3, line: 2, column: 3 },
                    end: Position { offset: 4, line: 2, column: 4 },
                },
                problem: "a mapping is expected".into(),
                hint: Some("indent the line below".into()),
            }),
        }],
        messages: vec![Message {
            at: Moment(980),
            severity: Severity::Warning,
            text: "policy pol/x.yaml cannot be read".into(),
        }],
        progress: (2, 6),
        as_of: Moment(1000),
        trust: "public-good".into(),
        ..World::default()
    }
}
#[test]
fn nothing_to_show_says_what_to_do() {
    let nothing = || Some(World { revision: 2, ..World::default() });
    assert!(show(80, 24, None, "").contains("Looking for images"));
    assert!(show(80, 24, nothing(), "").contains("`:open HOST/REPO`"));
    assert!(show(80, 24, nothing(), "3").contains("there is no image yet"));
    assert!(show(80, 24, nothing(), "4").contains("`--policy FILE|DIR`"));
    assert!(show(80, 24, Some(busy()), "w").contains("no policy has judged this yet"));
}

#[test]
fn what_is_not_known_is_never_a_pass_or_a_denial() {
    let list = show(120, 30, Some(busy()), "");
    for line in
        ["verifying 2/6", "acme/c:1 not fetched   NET-LIMITED", "acme/d:1 not fetched   NET-UNREACHABLE"]
    {
        assert!(list.contains(line), "{line}\n{list}");
    }
    assert!(
        list.contains("? WAIT   acme/b:1 fetching") && list.contains("- NONE   acme/e:1 not asked for"),
        "{list}"
    );
    assert!(list.contains("! ERROR  Bad Ref  no reference"), "{list}");
    assert!(!list.contains("PASS ") && !list.contains("DENY "), "{list}");
}

#[test]
fn jobs_say_what_for_whom_how_long_and_how_often_and_how_much_a_host_is_asked() {
    let jobs = show(100, 24, Some(busy()), "g j");
    for line in [
        "60 s  fetch ghcr.io/acme/b:1  ghcr.io  7 requests, 2 again",
        "next  fetch ghcr.io/acme/a:1  ghcr.io",
        "ghcr.io: 6 of 6 requests at a time, 9 wait, asked to be left alone for 5 s",
        "2 of 6 images settled",
        "x cancel job",
    ] {
        assert!(jobs.contains(line), "{line}\n{jobs}");
    }
    assert!(!jobs.contains("quiet.example"), "{jobs}");
}

#[test]
fn a_broken_policy_shows_its_place_and_the_text_before_it() {
    for (width, height) in [(80, 24), (120, 30)] {
        let screen = show(width, height, Some(busy()), "4");
        assert!(screen.contains("! broken at 2:3: a mapping is expected"), "{screen}");
        assert!(screen.contains("hint: indent the") && screen.contains("kind: ClusterPolicy"), "{screen}");
        assert!(!screen.contains("\\u{a}"), "{screen}");
    }
}

#[test]
fn an_unfinished_term_is_named_and_ignored() {
    let screen = show(80, 24, Some(busy()), "/ e r r o r space c o d e :");
    assert!(screen.contains("3 of 6") && screen.contains("code: unfinished: ignored"), "{screen}");
}

/// Responders must know what the tool has touched: each host with its sum, every request, nothing that was only looked up.
#[test]
fn requests_are_listed_with_a_sum_for_each_host() {
    let one = |host: &str, path: &str, status: Option<u16>, cached: bool| RequestRecord {
        method: "GET",
        host: host.into(),
        path: path.into(),
        status,
        bytes: 512,
        cached,
    };
    let all = vec![
        one("ghcr.io", "/v2/acme/a/manifests/1\u{1b}[31m", Some(200), false),
        one("ghcr.io", "/v2/acme/a/blobs/sha256:00", None, true),
        one("rekor.example", "/api/v1/log", None, false),
    ];
    let mut model = Model::new(&Settings::default(), 120, 36, Moment(1_000)).unwrap();
    update(&mut model, Msg::Requests(all));
    let picture = crate::stand::text(&model);
    for wanted in [
        "2 requests were sent, 1 answered from the cache",
        "ghcr.io: 1 requests, 512 bytes",
        "GET  200             512  ghcr.io/v2/acme/a/manifests/1",
        "GET  cache           512  ghcr.io/v2/acme/a/blobs",
        "GET  no answer       512  rekor.example/api/v1/log",
        "Credentials are never in this list",
    ] {
        assert!(picture.contains(wanted), "{wanted}:\n{picture}");
    }
    assert!(!picture.contains('\u{1b}'), "{picture:?}");
    update(&mut model, Msg::Requests(Vec::new()));
    assert!(crate::stand::text(&model).contains("Nothing has been asked of any registry"));
}
