//! `tree`, `verify`, `explain` and `info`: the questions about one image, and those about none.

use crate::program::{fixture, over_layouts, run};

#[test]
fn tree_lists_what_hangs_on_an_image() {
    let image = "127.0.0.1:5000/myorg/everything:v1.2.3";
    let document = over_layouts(&["tree", image, "-o", "json"]).ends_with(0).json();
    assert_eq!(document["schema"], "sigscope.tree/v1");
    let kinds: Vec<&str> = document["artifacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|artifact| artifact["kind"].as_str().unwrap())
        .collect();
    for kind in ["cosign signature", "sigstore bundle", "Notation signature"] {
        assert!(kinds.contains(&kind), "{kind} is not in {kinds:?}");
    }
    for artifact in document["artifacts"].as_array().unwrap() {
        assert!(!artifact["found"].as_array().unwrap().is_empty(), "{artifact:#}");
    }
    let text = over_layouts(&["tree", image]).ends_with(0).stdout;
    let ascii = over_layouts(&["tree", image, "--ascii"]).ends_with(0).stdout;
    assert!(text.contains('├') && ascii.is_ascii());
    for artifact in document["artifacts"].as_array().unwrap() {
        assert!(text.contains(artifact["digest"].as_str().unwrap()));
    }
    assert!(text.contains("says, unverified: SPDX: myorg/myapp, 3 packages"), "{text}");
    assert!(document.to_string().contains("\"says\":\"SPDX: myorg/myapp, 3 packages\""), "{document:#}");
    let bare = over_layouts(&["tree", "127.0.0.1:5000/myorg/unsigned:v1.2.3"]).ends_with(0).stdout;
    assert!(bare.contains("nothing hangs on this digest"), "{bare}");
    over_layouts(&["tree", "127.0.0.1:5000/myorg/no-such-repository:v1"]).ends_with(2);
}

#[test]
fn verify_asks_the_question_of_cosign() {
    let key = fixture("trust/cosign.pub");
    let root = fixture("trust/trusted_root.json");
    let ask = |name: &str, more: &[&str]| {
        let image = format!("127.0.0.1:5000/myorg/{name}:v1.2.3");
        over_layouts(&[&["verify", &image, "--key", &key], more].concat())
    };
    let trusted = ["--trusted-root", root.as_str(), "--offline"];
    ask("key-p256", &trusted).ends_with(0);
    ask("key-p256-notlog", &["--insecure-ignore-tlog=true"]).ends_with(0);
    ask("key-p256-notlog", &["--insecure-ignore-tlog"]).ends_with(0);
    ask("key-p256-notlog", &["--private-infrastructure"]).ends_with(0);
    let denied =
        ask("key-p256-notlog", &[&trusted[..], &["--insecure-ignore-tlog=false", "-o", "json"]].concat());
    assert_eq!(denied.ends_with(1).json()["code"], "LOG-ABSENT");
    let other = ask("key-other", &["--insecure-ignore-tlog", "--output", "json"]).ends_with(1).json();
    assert_eq!(other["code"], "SIG-KEY");
    assert_eq!(other["schema"], "sigscope.verify/v1");
    let steps = other["signatures"][0]["steps"].as_array().unwrap();
    assert!(steps.iter().any(|step| step["outcome"] == "failed"), "{other:#}");
    let none = ask("unsigned", &["--insecure-ignore-tlog", "-o", "json"]).ends_with(1).json();
    assert_eq!(none["code"], "SIG-NONE");
    let second = ask("key-two", &["--insecure-ignore-tlog", "-o", "json"]).ends_with(0).json();
    assert_eq!(second["signatures"].as_array().unwrap().len(), 2);
    ask("no-such-repository", &["--insecure-ignore-tlog"]).ends_with(2);
    let pair = ask("key-p256-notlog", &["--insecure-ignore-tlog", "-a", "no=such", "-o", "json"])
        .ends_with(1)
        .json();
    assert_eq!(pair["code"], "SIG-ANNOTATION");
}

#[test]
fn bundles_are_judged_and_say_what_they_state() {
    let key = fixture("trust/cosign.pub");
    let image = "127.0.0.1:5000/myorg/bundle-key:v1.2.3";
    let document = over_layouts(&["verify", image, "--key", &key, "--insecure-ignore-tlog", "-o", "json"])
        .ends_with(0)
        .json();
    assert_eq!(document["verdict"], "pass");
    let message = document["message"].as_str().unwrap();
    assert!(message.contains("https://sigstore.dev/cosign/sign/v1"), "{document:#}");
}

#[test]
fn flags_that_change_the_question_are_refused_by_name() {
    let key = fixture("trust/cosign.pub");
    let image = "127.0.0.1:5000/myorg/key-p256-notlog:v1.2.3";
    for flag in ["--certificate=a.pem", "--check-claims=false", "--sk", "--experimental-oci11=true"] {
        let run =
            over_layouts(&["verify", image, "--key", &key, "--insecure-ignore-tlog", flag, "-o", "json"]);
        let run = run.ends_with(2).says("POL-UNSUPPORTED").says(flag.split('=').next().unwrap());
        assert_eq!(run.json()["code"], "POL-UNSUPPORTED");
    }
    for fine in ["--check-claims=true", "--sk=false", "--insecure-ignore-sct", "--max-workers=3"] {
        over_layouts(&["verify", image, "--key", &key, "--insecure-ignore-tlog", fine]).ends_with(0);
    }
    let identity = ["--certificate-identity", "a@b.c", "--certificate-oidc-issuer", "x"];
    over_layouts(&[&["verify", image][..], &identity].concat()).ends_with(1);
    over_layouts(&[&["verify", image, "--key", &key][..], &identity].concat()).ends_with(3).says("--key");
    over_layouts(&["verify", image, "--certificate-identity", "a@b.c"]).ends_with(3).says("issuer");
    over_layouts(&["verify", image, "--key", "awskms://alias/x"]).ends_with(2).says("awskms");
    over_layouts(&["verify", image, "--key", "no/such.pub"]).ends_with(3).says("no/such.pub");
    over_layouts(&["verify", image]).ends_with(3).says("--key");
    let not_a_key = fixture("pods/unsigned.yaml");
    over_layouts(&["verify", image, "--key", &not_a_key]).ends_with(3).says(&not_a_key);
}

#[test]
fn codes_are_explained() {
    let list = run(&["explain"]).ends_with(0).stdout;
    for code in sigscope::model::Code::ALL {
        assert!(list.contains(code.as_str()));
        let page = run(&["explain", code.as_str()]).ends_with(0).stdout;
        assert!(page.contains(code.as_str()) && page.lines().count() > 3, "{page}");
    }
    run(&["explain", "sig-none"]).ends_with(0);
    run(&["explain", "NO-SUCH"]).ends_with(3).says("NO-SUCH");
}

#[test]
fn info_names_paths_and_trust() {
    let text = run(&["info", "--cache", "/x/y"]).ends_with(0).stdout;
    assert!(text.contains(env!("CARGO_PKG_VERSION")) && text.contains("/x/y"), "{text}");
    let document = run(&["info", "-o", "json"]).ends_with(0).json();
    assert_eq!(document["schema"], "sigscope.info/v1");
}

#[cfg(feature = "tui")]
#[test]
fn the_terminal_program_needs_a_terminal_and_no_policy() {
    let demo = run(&["demo"]).ends_with(3).says("no terminal").says("audit");
    assert!(demo.stdout.is_empty());
    run::<&str>(&[]).ends_with(3).says("no terminal");
    over_layouts(&["open", "127.0.0.1:5000/myorg/unsigned"]).ends_with(3).says("no terminal");
    over_layouts(&["open", "nosuch"]).ends_with(3).says("nosuch");
    over_layouts(&["open", "x.y/a:b", "--policy", "no/such.yaml"]).ends_with(3).says("no/such.yaml");
}
