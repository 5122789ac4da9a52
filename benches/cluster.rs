//! Ten thousand pods in a real API server: how long the list takes beside the raw one, what a key costs meanwhile, and
//! what the program needs when all is quiet. Run by hand: `SIGSCOPE_CLUSTER=DIR cargo bench --bench cluster [-- PODS]`,
//! where DIR was filled by `tests/cluster/build.sh`.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "a benchmark fails by panicking and prints what it measured"
)]

#[allow(dead_code, reason = "the tests of the cluster use the rest")]
#[path = "../tests/cluster/server.rs"]
mod server;
#[allow(dead_code, reason = "the tests in a terminal use the rest")]
#[path = "../tests/pty/session.rs"]
mod session;

use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use kube::api::{ListParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::Request;
use serde_json::{Value, json};
use server::Server;
use session::Session;

/// Pods, unless the command line says otherwise.
const PODS: usize = 10_000;
/// Pods of one owner.
const ALIKE: usize = 5;
/// Distinct images.
const IMAGES: usize = 200;
/// Namespaces.
const NAMESPACES: usize = 40;
/// Objects of a page, as the program asks for them.
const PAGE: u32 = 500;
/// How often each thing is measured; the median counts.
const RUNS: usize = 3;
/// How long the program is left alone before and while it is watched.
const QUIET: Duration = Duration::from_secs(15);
const KEY: &str = include_str!("../tests/fixtures/trust/cosign.pub");

async fn client(server: &Server) -> kube::Client {
    let file = Kubeconfig::read_from(server.kubeconfig("admin")).unwrap();
    let config = kube::Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await.unwrap();
    kube::Client::try_from(config).unwrap()
}

fn pod(number: usize) -> Value {
    let owner = number / ALIKE;
    let environment: Vec<Value> = (0..12)
        .map(|at| json!({"name": format!("SETTING_{at}"), "value": format!("value-{at}-of-service-{owner}")}))
        .collect();
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": format!("service-{owner}-6d4f9c7b58-{number:05}"),
            "labels": {"app": format!("service-{owner}"), "pod-template-hash": "6d4f9c7b58", "team": "payments"},
            "annotations": {"example.org/about": "x".repeat(400)},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "uid": "1", "controller": true,
                "name": format!("service-{owner}-6d4f9c7b58")}]},
        "spec": {"containers": [{"name": "app", "env": environment,
            "image": format!("registry.example/team/app-{}:v1.2.3", owner % IMAGES),
            "ports": [{"containerPort": 8080}],
            "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}},
            "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}}}]}})
}

async fn create(client: &kube::Client, path: &str, object: &Value) {
    let request =
        Request::new(path).create(&PostParams::default(), serde_json::to_vec(object).unwrap()).unwrap();
    client.request::<Value>(request).await.unwrap();
}

async fn fill(client: &kube::Client, pods: usize) {
    for number in 0..NAMESPACES {
        let name = format!("team-{number}");
        let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        create(client, "/api/v1/namespaces", &object).await;
        let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}});
        create(client, &format!("/api/v1/namespaces/{name}/serviceaccounts"), &account).await;
    }
    let lanes = 16;
    let each = (0..lanes).map(|lane| async move {
        for number in (lane..pods).step_by(lanes) {
            let path = format!("/api/v1/namespaces/team-{}/pods", number / ALIKE % NAMESPACES);
            create(client, &path, &pod(number)).await;
        }
    });
    join_all(each).await;
}

/// The list as bytes, nothing done with them: until the first page, until the last, and how many bytes.
async fn raw(server: &Server) -> (Duration, Duration, usize) {
    let client = client(server).await;
    let begun = Instant::now();
    let (mut next, mut first, mut bytes) = (None::<String>, None, 0);
    loop {
        let params = ListParams { limit: Some(PAGE), continue_token: next, ..ListParams::default() };
        let mut request = Request::new("/api/v1/pods").list(&params).unwrap();
        request.headers_mut().insert("accept-encoding", "identity".parse().unwrap());
        let text = client.request_text(request).await.unwrap();
        bytes += text.len();
        first.get_or_insert_with(|| begun.elapsed());
        let head = text.split("\"items\":").next().unwrap_or_default();
        next =
            head.split("\"continue\":\"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
        if next.is_none() {
            return (first.unwrap(), begun.elapsed(), bytes);
        }
    }
}

/// Every image as a layout of the fixtures.
fn images(folder: &Path) {
    let layouts = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/layouts");
    let mut names: Vec<_> = ["key-p256", "key-other", "unsigned", "keyless-gh"].to_vec();
    names.retain(|name| Path::new(layouts).join(name).is_dir());
    assert!(!names.is_empty());
    for number in 0..IMAGES {
        let from = Path::new(layouts).join(names[number % names.len()]);
        copy(&from, &folder.join(format!("app-{number}")));
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn policies(folder: &Path) {
    let key = KEY.trim().replace('\n', "\n                      ");
    for number in 0..3 {
        let text = format!(
            "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata:\n  name: policy-{number}\nspec:\n  \
             validationFailureAction: Enforce\n  background: false\n  rules:\n    - name: signed\n      match:\n        \
             any:\n          - resources:\n              kinds: [Pod]\n      verifyImages:\n        - imageReferences: \
             ['registry.example/*']\n          mutateDigest: false\n          verifyDigest: false\n          attestors:\n            \
             - entries:\n                - keys:\n                    publicKeys: |-\n                      {key}\n                    \
             rekor:\n                      ignoreTlog: true\n"
        );
        std::fs::write(folder.join(format!("policy-{number}.yaml")), text).unwrap();
    }
}

/// Clock ticks of the processor that a process has used, as seconds: proc(5), `utime` and `stime` at 100 a second.
fn processor(id: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

/// A line of `/proc/ID/status` in MB.
fn memory(id: u32, what: &str) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = text.lines().find(|line| line.starts_with(what)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1_024.0
}

/// One run of the program.
#[derive(Default)]
struct Seen {
    frame: Duration,
    rows: Duration,
    complete: Duration,
    settled: Duration,
    keys: Vec<Duration>,
    busy: f64,
    resident: f64,
    most: f64,
    idle: f64,
}

/// Types while the list arrives: letters into the palette, each until it is on the screen.
fn type_until_live(session: &mut Session, keys: &mut Vec<Duration>) {
    session.keys(":");
    let mut typed = String::new();
    let letters = ['q', 'x', 'j', 'z', 'v', 'k'];
    while !session.screen().contains("LIVE") {
        if typed.len() == 16 {
            // Takes the line away; the next letter says when that was done.
            session.keys("\u{15}");
            typed.clear();
        }
        typed.push(letters[(keys.len() * 7 + typed.len()) % letters.len()]);
        let begun = Instant::now();
        session.keys(&typed[typed.len() - 1..]);
        let line = format!(":{typed}");
        session.until("a letter", |screen| screen.contains(&line));
        keys.push(begun.elapsed());
        std::thread::sleep(Duration::from_millis(7));
    }
    session.keys("\u{1b}");
}

fn program(server: &Server, layouts: &Path, folder: &Path) -> Seen {
    let config = server.kubeconfig("admin");
    let rule = format!("registry.example/team={}", layouts.display());
    let policy = folder.display().to_string();
    let arguments = ["--kubeconfig", &config, "--policy", &policy, "--layouts", &rule];
    let mut seen = Seen::default();
    let begun = Instant::now();
    let mut session = Session::start(&arguments, 160, 45, &[]);
    session.until("a frame", |screen| screen.contains("LISTING"));
    seen.frame = begun.elapsed();
    session.until("rows", |screen| screen.contains("service-"));
    seen.rows = begun.elapsed();
    type_until_live(&mut session, &mut seen.keys);
    seen.complete = begun.elapsed();
    seen.busy = processor(session.id());
    session.until("all verdicts", |screen| !screen.contains("LISTING") && !screen.contains("verifying"));
    seen.settled = begun.elapsed();
    std::thread::sleep(QUIET);
    let before = processor(session.id());
    std::thread::sleep(QUIET);
    seen.idle = (processor(session.id()) - before) / QUIET.as_secs_f64() * 100.0;
    seen.resident = memory(session.id(), "VmRSS");
    seen.most = memory(session.id(), "VmHWM");
    println!("{}\n", session.screen());
    session.keys("Q");
    assert_eq!(session.ends(), 0);
    seen
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn milliseconds(of: &[Duration]) -> Vec<f64> {
    of.iter().map(|time| time.as_secs_f64() * 1_000.0).collect()
}

fn main() {
    let pods = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(PODS);
    let Some(server) = Server::start() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let begun = Instant::now();
    runtime.block_on(async { fill(&client(&server).await, pods).await });
    println!("{pods} pods were made in {:.1} s", begun.elapsed().as_secs_f64());
    let (layouts, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    images(layouts.path());
    policies(folder.path());
    let (mut raws, mut runs) = (Vec::new(), Vec::new());
    runtime.block_on(raw(&server));
    for _ in 0..RUNS {
        raws.push(runtime.block_on(raw(&server)));
        runs.push(program(&server, layouts.path(), folder.path()));
    }
    table(&raws, &runs);
}

fn table(raws: &[(Duration, Duration, usize)], runs: &[Seen]) {
    let of = |time: &dyn Fn(&Seen) -> f64| median(runs.iter().map(time).collect());
    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
    let page = median(milliseconds(&raws.iter().map(|raw| raw.0).collect::<Vec<_>>()));
    let list = median(milliseconds(&raws.iter().map(|raw| raw.1).collect::<Vec<_>>()));
    let mut keys = milliseconds(&runs.iter().flat_map(|run| run.keys.iter().copied()).collect::<Vec<_>>());
    keys.sort_by(f64::total_cmp);
    let at = |percent: usize| keys.get(keys.len() * percent / 100).copied().unwrap_or(0.0);
    let rows = [
        ("raw list, first page", format!("{page:.0} ms")),
        ("raw list, all pages", format!("{list:.0} ms, {} MB", raws[0].2 >> 20)),
        ("first frame of the program", format!("{:.0} ms", of(&|run| ms(run.frame)))),
        ("first rows", format!("{:.0} ms", of(&|run| ms(run.rows)))),
        ("first rows after the first frame", {
            let after = of(&|run| ms(run.rows.saturating_sub(run.frame)));
            format!("{after:.0} ms, {:.2} of the raw first page", after / page)
        }),
        ("list complete", {
            let complete = of(&|run| ms(run.complete));
            format!("{complete:.0} ms, {:.2} of the raw list", complete / list)
        }),
        ("processor time until then", format!("{:.2} s", of(&|run| run.busy))),
        ("all verdicts", format!("{:.0} ms", of(&|run| ms(run.settled)))),
        ("key to screen while it arrives", {
            format!("median {:.1} ms, 99th {:.1} ms, {} keys", at(50), at(99), keys.len())
        }),
        (
            "resident when quiet",
            format!("{:.0} MB (most {:.0} MB)", of(&|run| run.resident), of(&|run| run.most)),
        ),
        ("processor when quiet", format!("{:.2} %", of(&|run| run.idle))),
    ];
    println!("| What | Measured |\n| --- | --: |");
    for (what, measured) in rows {
        println!("| {what} | {measured} |");
    }
}
