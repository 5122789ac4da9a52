//! Through every screen and back, at every size; stopping, resizing, ending.

use crate::session::Session;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];

fn demo(columns: u16, rows: u16) -> Session {
    let mut session = Session::start(&["demo"], columns, rows, &[]);
    session.until("the demo, settled", |screen| screen.contains("idle") && screen.contains("DENY"));
    session
}

#[test]
fn a_denied_row_is_selected_and_w_says_want_and_have() {
    for (columns, rows) in SIZES {
        let mut session = demo(columns, rows);
        session.keys("w");
        let screen =
            session.until("want and have", |screen| screen.contains("want ") && screen.contains("have "));
        assert!(screen.contains("DENY"), "{screen}");
        session.keys("\x1b");
        session.until("the list", |screen| screen.contains("Workloads by"));
        session.keys("Q");
        assert_eq!(session.ends(), 0);
        assert!(!session.taken(), "the terminal is given back");
    }
}

#[test]
fn every_screen_and_overlay_is_a_key_away() {
    let mut session = demo(120, 36);
    session.keys("3").shows("[3 Evidence]");
    session.keys("4").shows("[4 Policies]");
    session.keys("H").shows("[3 Evidence]");
    session.keys("L").shows("[4 Policies]");
    session.keys("2").shows("[2 Images]");
    session.keys("?").shows("type to filter");
    session
        .keys("freeze")
        .until("one action", |screen| screen.contains("freeze the picture") && !screen.contains("move down"));
    session.keys("\r").shows("FROZEN");
    session.keys("F").until("live", |screen| !screen.contains("FROZEN"));
    session.keys(":").shows("Tab completes");
    session.keys("messages\r").shows("Messages");
    session.keys("\x1b").until("closed", |screen| !screen.contains("━ Messages"));
    session.keys("gj").shows("Jobs");
    session.keys("\x1b").until("closed", |screen| !screen.contains("━ Jobs"));
    session.keys("x").shows("explain SIG-");
    session.keys("\x1b").until("closed", |screen| !screen.contains("━ explain"));
    session.keys("r").shows("mediaType");
    session.keys("\x1b").until("closed", |screen| !screen.contains("mediaType"));
    session.keys("y").shows("copy the digest");
    session.keys("y").shows("copied digest");
    assert!(String::from_utf8_lossy(&session.bytes).contains("\x1b]52;"), "OSC 52 is written");
    session.keys(":nonsense\r").shows("there is no command");
    // `q` walks the way back, and leaves at its beginning.
    session.keys("q").shows("[4 Policies]");
    session.keys("qqqqqq");
    assert_eq!(session.ends(), 0);
}

#[test]
fn a_filter_narrows_while_it_is_typed_and_never_leaves_nothing_to_see() {
    let mut session = demo(120, 36);
    session.keys("2").shows("[2 Images]");
    session.keys("/code:SIG-KEY");
    session.until("fewer rows", |screen| screen.contains(" of 17 · ") && !screen.contains("SIG-DIGEST"));
    session.keys("\x1b");
    session.until("all rows", |screen| !screen.contains(" of 17 · ") && screen.contains("SIG-DIGEST"));
    session.keys("Q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn no_size_breaks_it() {
    let mut session = demo(120, 36);
    for (columns, rows) in [(1, 1), (59, 15), (80, 24), (3, 50), (200, 50), (120, 36)] {
        session.resize(columns, rows);
    }
    session.shows("Workloads by");
    session.resize(59, 15).shows("needs 60x16");
    session.keys("Q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn it_stops_and_comes_back_and_ends_when_asked() {
    let mut session = demo(80, 24);
    session.keys("\x1a");
    session.given_back();
    // A stopped process shows `T` in its status; waiting for it needs no clock.
    let status = format!("/proc/{}/stat", session.id());
    let stopped = || std::fs::read_to_string(&status).is_ok_and(|stat| stat.contains(") T "));
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !stopped() {
        assert!(std::time::Instant::now() < deadline, "it does not stop");
        std::thread::yield_now();
    }
    let id = rustix::process::Pid::from_raw(i32::try_from(session.id()).unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::CONT).unwrap();
    session.keys("?").shows("type to filter");
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    assert_eq!(session.ends(), 0);
    assert!(!session.taken(), "the terminal is given back");
}

/// The parameters of every SGR sequence (ECMA-48 8.3.117).
fn styles(session: &Session) -> Vec<u32> {
    let text = String::from_utf8_lossy(&session.bytes).into_owned();
    let mut found = Vec::new();
    for sequence in text.split("\x1b[").skip(1) {
        let Some(end) = sequence.find(|c: char| !(c.is_ascii_digit() || c == ';')) else { continue };
        if sequence[end..].starts_with('m') {
            found.extend(sequence[..end].split(';').filter_map(|number| number.parse::<u32>().ok()));
        }
    }
    found
}

#[test]
fn no_colour_means_no_colour_code() {
    let mut session = Session::start(&["demo"], 120, 36, &[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]);
    session.until("the demo", |screen| screen.contains("idle") && screen.contains("DENY"));
    session.keys("w").shows("want ");
    session.keys("Q");
    assert_eq!(session.ends(), 0);
    let coloured = |number: &u32| (30..=49).contains(number) || (90..=107).contains(number);
    assert!(!styles(&session).iter().any(coloured), "{:?}", styles(&session));
}

/// `--plain`: no style at all, and the terminal's own cursor is to be seen.
#[test]
fn plain_is_text_only() {
    let mut session = Session::start(&["demo", "--plain"], 120, 36, &[("COLORTERM", "truecolor")]);
    let screen = session.until("the demo", |screen| screen.contains("idle") && screen.contains("DENY"));
    assert!(screen.is_ascii() && screen.contains("*  Workloads by cause"), "{screen}");
    session.keys("w").shows("want ");
    session.keys("Q");
    assert_eq!(session.ends(), 0);
    // What is left takes styles back: of none, of the colours of text and ground.
    assert!(
        styles(&session).iter().all(|number| matches!(number, 0 | 39 | 49 | 59)),
        "{:?}",
        styles(&session)
    );
    assert!(String::from_utf8_lossy(&session.bytes).contains("\x1b[?25h"), "the cursor is shown");
}

#[test]
fn ascii_is_ascii() {
    let mut session = Session::start(&["demo", "--ascii"], 80, 24, &[]);
    session.until("the demo", |screen| screen.contains("idle") && screen.contains("DENY"));
    let screen = session.keys("w").shows("want ");
    assert!(screen.is_ascii(), "{screen}");
    session.keys("Q");
    assert_eq!(session.ends(), 0);
}

/// From a denial to a saved draft: why, the remedy as a draft, what else it changes, the file.
#[test]
fn a_remedy_becomes_a_draft_whose_flips_are_seen_and_which_is_saved() {
    let mut session = demo(120, 36);
    session.keys("/gateway\r").shows("LOG-ABSENT");
    session.keys("w").shows("a tries `rekor.ignoreTlog: true`");
    session.keys("a").shows("admitted by the draft (2)");
    session.keys("n").shows("every clause of the draft that applies holds");
    session.keys("i").shows("INSERT");
    session.keys("\x1b").shows("NORMAL");
    session.keys("\x13").shows("saved require-logged-signature.yaml.draft");
    session.keys("X").shows("saved require-logged-signature.yaml.patch");
    session.keys("Q");
    assert_eq!(session.ends(), 0);
    let read = |name: &str| std::fs::read_to_string(session.home.path().join(name)).unwrap();
    assert!(read("require-logged-signature.yaml.draft").contains("ignoreTlog: true"));
    assert!(
        read("require-logged-signature.yaml.patch").contains("\n+                      ignoreTlog: true\n")
    );
}

/// The editor as an author uses it: a trap is named where it is typed, explained by a key, and the text goes out to another
/// editor and comes back.
#[test]
fn a_draft_is_linted_while_it_is_typed_and_goes_to_the_users_editor_and_back() {
    let variables = [("EDITOR", "sed -i s/Enforce/Audit/")];
    let mut session = Session::start(&["demo", "--color", "never"], 160, 45, &variables);
    session.until("the demo, settled", |screen| screen.contains("idle") && screen.contains("DENY"));
    session.keys("/gateway\r").shows("LOG-ABSENT");
    session.keys("p").shows("WHAT-IF");
    session.shows("probes: none of");
    // A broken text is said at its line, and the answer of the last good one stays.
    session.keys("ggo[\x1b").shows("of the last text that was a policy");
    // The list below the text is the newest once the hint stands there again: the answer beside it never went away.
    session.keys("u").shows("LINT-DEPRECATED");
    session.keys("x").shows("LINT-DEPRECATED: ");
    session.keys("\x1b").shows("NORMAL");
    session.keys("/validationFailureAction\r");
    session.keys("E").shows("validationFailureAction: Audit");
    // What the engine refuses now is said at its line, with the way to its page.
    session.shows("POL-INVALID");
}
