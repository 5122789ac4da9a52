//! What a new user meets: no kubeconfig, a wrong context, an expired token, a server that does not answer, a namespace
//! without pods; and what becomes of the rows when a server is lost.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::session::Session;

/// Plays an API server: a status with a body for each path, or `None` for one that is answered never.
type Answers = fn(&str) -> Option<(u16, Value)>;

struct Server {
    port: u16,
    open: Arc<Mutex<Vec<TcpStream>>>,
    over: Arc<AtomicBool>,
}

impl Server {
    fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (open, over) = (Arc::<Mutex<Vec<TcpStream>>>::default(), Arc::<AtomicBool>::default());
        let (held, ended) = (open.clone(), over.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                held.lock().unwrap().push(stream.try_clone().unwrap());
                std::thread::spawn(move || speak(stream, answers));
            }
        });
        Self { port, open, over }
    }

    /// From now on nobody is there.
    fn end(&self) {
        self.over.store(true, Ordering::SeqCst);
        // The listener ends with the next connection.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn speak(mut stream: TcpStream, answers: Answers) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        // A watch stays open and tells nothing.
        let answer = if path.contains("watch=true") {
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                .to_owned()
        } else {
            let Some((status, body)) = answers(&path) else { continue };
            let body = body.to_string();
            format!(
                "HTTP/1.1 {status} Status\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
        };
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn status(code: u16, reason: &str) -> Value {
    json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "message": reason, "code": code})
}

fn config(port: u16) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: here\n\
         contexts: [{{name: here, context: {{cluster: c, user: u}}}}, {{name: there, context: {{cluster: c, user: u}}}}]\n\
         clusters: [{{name: c, cluster: {{server: \"http://127.0.0.1:{port}\"}}}}]\n\
         users: [{{name: u, user: {{token: t}}}}]\n"
    )
}

/// `sigscope ARGUMENTS` with a kubeconfig that leads to this port.
fn start(port: u16, arguments: &[&str]) -> (Session, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, config(port)).unwrap();
    let session = Session::start(arguments, 120, 36, &[("KUBECONFIG", path.to_str().unwrap())]);
    (session, folder)
}

/// The demo is one key away, and works.
fn demo(session: &mut Session) {
    session.keys("D");
    session.until("the demo", |screen| screen.contains("trust of the demo") && screen.contains("✗ DENY"));
    session.keys("Q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn without_a_kubeconfig_it_says_so_and_the_demo_is_a_key_away() {
    let mut session = Session::start(&[], 120, 36, &[]);
    let screen = session.shows("there is no kubeconfig");
    for text in ["set KUBECONFIG", "NO CLUSTER", "D opens the demo"] {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
    demo(&mut session);
}

#[test]
fn a_wrong_context_names_those_that_there_are() {
    let (mut session, _folder) = start(1, &["--context", "nowhere"]);
    let screen = session.shows("no context `nowhere`");
    assert!(screen.contains("there are: here, there") && screen.contains("D opens the demo"), "{screen}");
    demo(&mut session);
}

#[test]
fn an_expired_token_says_who_must_log_in() {
    let server = Server::start(|_| Some((401, status(401, "Unauthorized"))));
    let (mut session, _folder) = start(server.port, &[]);
    let screen = session.shows("does not accept the credentials");
    assert!(screen.contains("log in again") && screen.contains("D opens the demo"), "{screen}");
    session.keys("R").shows("asking the cluster again");
    demo(&mut session);
}

#[test]
fn a_server_that_refuses_connections_is_unreachable() {
    // A port that was free a moment ago refuses.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (mut session, _folder) = start(port, &[]);
    let screen = session.shows("cannot be reached");
    for text in ["VPN", "D opens the demo", "LOST"] {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
    demo(&mut session);
}

#[test]
fn a_server_that_never_answers_is_waited_for_aloud() {
    let server = Server::start(|_| None);
    let (mut session, _folder) = start(server.port, &[]);
    let screen = session.shows("Asking here for its pods");
    assert!(screen.contains("LISTING 0 pods") && screen.contains("D opens the demo"), "{screen}");
    demo(&mut session);
}

fn quiet(path: &str) -> Option<(u16, Value)> {
    if path.starts_with("/api/v1/namespaces/") && path.contains("/pods") {
        let list =
            json!({"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": []});
        return Some((200, list));
    }
    Some((404, status(404, "NotFound")))
}

#[test]
fn a_namespace_without_pods_is_no_failure() {
    let server = Server::start(quiet);
    let (mut session, _folder) = start(server.port, &["-n", "quiet"]);
    let screen = session.shows("The namespace quiet of here has no pods.");
    for text in [":ns NAME", ":ctx NAME", "LIVE", "here ▸ quiet", "D opens the demo"] {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
    session.keys(":ns calm,still\r").shows("here ▸ calm,still");
    session.keys(":ctx nowhere\r").shows("no context `nowhere`");
    session.keys(":ctx there\r").shows("there ▸ all");
    session.keys(":ctx -\r").shows("here ▸ all");
    demo(&mut session);
}

fn busy(path: &str) -> Option<(u16, Value)> {
    if !path.starts_with("/api/v1/pods") {
        return Some((404, status(404, "NotFound")));
    }
    let pod = |name: &str, image: &str| {
        json!({"metadata": {"name": format!("{name}-6d4-x"), "namespace": "shop", "labels": {"pod-template-hash": "6d4"},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": format!("{name}-6d4"),
            "controller": true}]}, "spec": {"containers": [{"name": "app", "image": image}]}})
    };
    let items = [pod("web", "127.0.0.1:1/web:v1"), pod("cart", "127.0.0.1:1/cart:v1")];
    let list =
        json!({"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": items});
    Some((200, list))
}

#[test]
fn a_lost_server_keeps_the_rows_and_gives_them_an_age() {
    let server = Server::start(busy);
    let (mut session, _folder) = start(server.port, &[]);
    session.until("pods", |screen| screen.contains("LIVE") && screen.contains("no rule matches"));
    // What needs nobody's attention begins closed.
    session.keys("ggl").shows("shop/deploy/web");
    server.end();
    let screen = session.until("the badge", |screen| screen.contains("LOST") && screen.contains("AGE"));
    for text in ["shop/deploy/web", "shop/deploy/cart", "- NONE"] {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
    session.keys("Q");
    assert_eq!(session.ends(), 0);
}
