//! What is said when a cluster cannot be seen at all; needs none.

use crate::program;

/// A kubeconfig with this user.
fn kubeconfig(folder: &std::path::Path, server: &str, user: &str) -> String {
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: here\n\
         clusters: [{{name: c, cluster: {{server: '{server}'}}}}]\n\
         contexts: [{{name: here, context: {{cluster: c, user: u}}}}]\n\
         users: [{{name: u, user: {user}}}]\n"
    );
    let path = folder.join("config");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn audit(more: &[&str]) -> program::Run {
    let mut arguments = vec!["audit", "--cluster"];
    arguments.extend(more);
    program::run(&arguments)
}

#[test]
fn each_way_of_having_no_cluster_is_said_with_what_to_do() {
    audit(&[]).says("there is no kubeconfig").says("sigscope demo").ends_with(3);
    let folder = tempfile::tempdir().unwrap();
    let file = kubeconfig(folder.path(), "https://127.0.0.1:1", "{token: t}");
    audit(&["--kubeconfig", &file, "--context", "there"])
        .says("no context `there`")
        .says("here")
        .ends_with(3);
    audit(&["--kubeconfig", &file, "--namespace", "../x"]).says("not the name of a namespace").ends_with(3);
    audit(&["--kubeconfig", &file]).says("https://127.0.0.1:1 cannot be reached").ends_with(2);
    let missing = folder.path().join("missing").display().to_string();
    audit(&["--kubeconfig", &missing]).says("missing: ").ends_with(3);
}

#[test]
fn neither_a_broken_kubeconfig_nor_a_plug_in_puts_its_token_on_the_screen() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken");
    std::fs::write(&broken, "apiVersion: v1\nusers:\n- name: u\n  user: {token: hunter2\n}]\n").unwrap();
    let typed = folder.path().join("typed");
    std::fs::write(&typed, "apiVersion: v1\nusers: {token: hunter2}\n").unwrap();
    for file in [&broken, &typed] {
        let run = audit(&["--kubeconfig", &file.display().to_string()]).says("YAML").ends_with(3);
        assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    }
    for (script, status) in
        [("echo hunter2; echo hunter2 >&2; exit 7", "7"), ("echo '{hunter2'", "credential")]
    {
        let user = format!(
            "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: sh, args: [-c, \"{script}\"]}}}}"
        );
        let file = kubeconfig(folder.path(), "https://127.0.0.1:1", &user);
        let run = audit(&["--kubeconfig", &file]).says(status).says("kubectl auth whoami");
        assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    }
}

#[test]
fn a_proxy_that_cannot_be_used_is_said_before_anything_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let file =
        kubeconfig(folder.path(), "https://127.0.0.1:1', proxy-url: 'socks5://127.0.0.1:2", "{token: t}");
    audit(&["--kubeconfig", &file]).says("socks5").ends_with(3);
    // A proxy that is not there is what cannot be reached, not the server behind it.
    let file =
        kubeconfig(folder.path(), "https://192.0.2.1:6443', proxy-url: 'http://127.0.0.1:1", "{token: t}");
    audit(&["--kubeconfig", &file]).says("cannot be reached").ends_with(2);
}
