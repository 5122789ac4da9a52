//! What a terminal and its shell expect: asked nothing, never wiped between frames, given back whatever happens; and the user's
//! own keys.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::session::Session;

const SETTLED: fn(&str) -> bool = |screen| screen.contains("idle") && screen.contains("DENY");

fn demo() -> Session {
    let mut session = Session::start(&["demo"], 80, 24, &[]);
    session.until("the demo, settled", SETTLED);
    session
}

fn id(session: &Session) -> Pid {
    Pid::from_raw(i32::try_from(session.id()).unwrap()).unwrap()
}

/// Waits until the process stands in this state of `/proc/PID/stat`.
fn stands(session: &Session, state: &str) {
    let path = format!("/proc/{}/stat", session.id());
    let deadline = Instant::now() + Duration::from_secs(60);
    while !std::fs::read_to_string(&path).is_ok_and(|stat| stat.contains(&format!(") {state} "))) {
        assert!(Instant::now() < deadline, "it never stands in {state}");
        std::thread::yield_now();
    }
}

/// The terminal of the tests answers nothing, and the picture is there all the same: nothing that a terminal would have to answer
/// is ever written, so nothing can be waited for.
#[test]
fn the_terminal_is_asked_nothing() {
    let mut session = demo();
    session.keys("w").shows("want ");
    session.keys("Q");
    assert_eq!(session.ends(), 0);
    let text = String::from_utf8_lossy(&session.bytes).into_owned();
    // Cursor position, device attributes, status, modes, keyboard protocol, colours.
    for query in ["\x1b[6n", "\x1b[?6n", "\x1b[c", "\x1b[>c", "\x1b[0c", "\x1b[5n", "\x1b[?u"] {
        assert!(!text.contains(query), "{query:?}");
    }
    for part in text.split("\x1b]").skip(1) {
        assert!(!part.split(['\x07', '\x1b']).next().unwrap_or_default().ends_with(";?"), "{part:?}");
    }
    assert!(!text.contains("$p"), "no mode is asked for");
}

/// Through every screen on a terminal that is never wiped: what flickers is a screen that is erased and drawn again.
#[test]
fn nothing_flickers() {
    let mut session = demo();
    for (keys, shown) in [
        ("2", "[2 Images]"),
        ("3", "[3 Evidence]"),
        ("4", "[4 Policies]"),
        ("5", "[5 Identities]"),
        ("6", "[6 Audit]"),
        ("1", "[1 Workloads]"),
        ("w", "want "),
    ] {
        session.keys(keys).shows(shown);
    }
    session.keys("Q");
    assert_eq!(session.ends(), 0);
    let text = String::from_utf8_lossy(&session.bytes).into_owned();
    let erased = ["\x1b[2J", "\x1b[J", "\x1b[0J", "\x1b[3J"];
    let count: usize = erased.iter().map(|code| text.matches(code).count()).sum();
    assert!(count <= 1, "erased {count} times: once is the beginning");
}

/// From outside as by Ctrl-z: the terminal is given back before the process stops, and taken again with a whole picture.
#[test]
fn a_stop_from_outside_gives_the_terminal_back() {
    let mut session = demo();
    kill_process(id(&session), Signal::TSTP).unwrap();
    session.given_back();
    stands(&session, "T");
    let before = session.bytes.len();
    kill_process(id(&session), Signal::CONT).unwrap();
    session.until("the picture again", SETTLED);
    assert!(session.taken() && session.bytes.len() > before);
    session.keys("Q");
    assert_eq!(session.ends(), 0);
}

/// A panic behind the screen: the terminal is given back first, and the message can be read.
#[test]
fn a_panic_gives_the_terminal_back() {
    let this = std::env::current_exe().unwrap();
    let arguments = ["--exact", "habits::panics_in_a_terminal", "--nocapture", "--test-threads=1"];
    let mut session = Session::of(&this, &arguments, 80, 24, &[("SIGSCOPE_TEST_PANIC", "1")]);
    let status = session.ends();
    assert_ne!(status, 0);
    let text = String::from_utf8_lossy(&session.bytes).into_owned();
    let (taken, given) = (text.find("\x1b[?1049h").unwrap(), text.find("\x1b[?1049l").unwrap());
    let said = text.find("a panic on purpose").unwrap();
    assert!(taken < given && given < said, "{text:?}");
    assert!(text.contains("\x1b[?25h") && text.contains("\x1b[?2004l"), "cursor and pasting are as before");
    assert!(!session.taken());
}

/// The other side of the test above; on its own it does nothing.
#[test]
fn panics_in_a_terminal() {
    if std::env::var_os("SIGSCOPE_TEST_PANIC").is_some() {
        let _screen = sigscope::ui::term::screen::Screen::enter(true).unwrap();
        panic!("a panic on purpose");
    }
}

/// A file of keys with a clash: the program starts, shows both lines, and the key keeps its meaning.
#[test]
fn a_clash_in_the_users_keys_is_shown_and_the_program_starts() {
    let config = tempfile::tempdir().unwrap();
    let dir = config.path().join("sigscope");
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("keys.toml"), "[keys]\nwhy = \"f9\"\nraw = \"f9\"\n").unwrap();
    let variables = [("XDG_CONFIG_HOME", config.path().to_str().unwrap())];
    let mut session = Session::start(&["demo"], 200, 50, &variables);
    session.until("the demo, settled", SETTLED);
    let screen = session.keys("gm").shows("cannot mean both why and raw");
    assert!(screen.contains("keys.toml:2 and ") && screen.contains("keys.toml:3"), "{screen}");
    session.keys("\x1b").until("closed", |screen| !screen.contains("━ Messages"));
    session.keys("w").shows("want ");
    session.keys("Q");
    assert_eq!(session.ends(), 0);
}

/// The inodes of the sockets that a process holds, and whether one of them speaks to a network.
fn speaks_to_a_network(session: &Session) -> bool {
    let process = format!("/proc/{}", session.id());
    let inode = |entry: std::io::Result<std::fs::DirEntry>| -> Option<String> {
        let link = std::fs::read_link(entry.ok()?.path()).ok()?;
        let text = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned();
        Some(text)
    };
    let held: Vec<String> = std::fs::read_dir(format!("{process}/fd")).unwrap().filter_map(inode).collect();
    ["tcp", "tcp6", "udp", "udp6", "udplite", "raw", "raw6", "icmp"].iter().any(|kind| {
        let table = std::fs::read_to_string(format!("{process}/net/{kind}")).unwrap_or_default();
        table
            .lines()
            .any(|row| row.split_whitespace().nth(9).is_some_and(|inode| held.iter().any(|h| h == inode)))
    })
}

/// The demo holds no socket of a network at any of its screens. A socket that was opened and closed between two looks would not
/// be seen here: that none can be asked for is held by the engine's test over the demo.
#[test]
fn the_demo_holds_no_socket() {
    let mut session = demo();
    assert!(!speaks_to_a_network(&session));
    for (keys, shown) in
        [("3", "[3 Evidence]"), ("w", "want "), ("5", "[5 Identities]"), ("1", "[1 Workloads]")]
    {
        session.keys(keys).shows(shown);
        assert!(!speaks_to_a_network(&session), "behind {keys}");
    }
    session.keys("R");
    session.until("fetched again", SETTLED);
    assert!(!speaks_to_a_network(&session));
    session.keys("Q");
    assert_eq!(session.ends(), 0);
}
