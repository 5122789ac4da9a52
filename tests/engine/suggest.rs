//! Policies out of evidence: they parse, lint clean, and the images that they were made of pass them.

use std::fs;

use crate::program::{Run, fixture, over_layouts};

const KINDS: [&str; 2] = ["ClusterPolicy", "ImageValidatingPolicy"];

fn image(name: &str) -> String {
    format!("127.0.0.1:5000/myorg/{name}:v1.2.3")
}

fn suggested(arguments: &[&str]) -> Run {
    // Where no log entry names the key, somebody has to.
    let (root, key) = (fixture("trust/trusted_root.json"), fixture("trust/cosign.pub"));
    let own = ["policy", "suggest", "--trusted-root", &root, "--key", &key, "--offline"];
    over_layouts(&[&own, arguments].concat())
}

/// Fails unless the engine lets all of these images in by this text, and the linter has nothing against it.
fn holds(text: &str, images: &[String]) {
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    fs::write(file.path(), text).unwrap();
    let (path, root) = (file.path().to_string_lossy().into_owned(), fixture("trust/trusted_root.json"));
    let lints = over_layouts(&["policy", "lint", &path]).ends_with(0).stdout;
    assert!(!lints.contains(" warning ") && !lints.contains(" error "), "{lints}\n{text}");
    let mut arguments = vec!["audit", "--policy", &path, "--trusted-root", &root, "--offline", "-o", "json"];
    arguments.extend(images.iter().map(String::as_str));
    let audit = over_layouts(&arguments).ends_with(0).json();
    let results = audit["results"].as_array().unwrap();
    for image in images {
        let of = results.iter().filter(|result| result.to_string().contains(image.as_str()));
        assert!(of.clone().count() > 0 && of.clone().any(|one| one["verdict"] == "pass"), "{image}\n{text}");
    }
}

#[test]
fn images_pass_what_was_made_of_them() {
    let sets: [&[&str]; 6] = [
        &["keyless-gh-v2"],
        &["key-p256"],
        &["key-p256-notlog"],
        &["bundle-keyless"],
        &["bundle-key", "bundle-keyless"],
        &["att-full"],
    ];
    for names in sets {
        let images: Vec<String> = names.iter().map(|name| image(name)).collect();
        for kind in KINDS {
            let mut arguments: Vec<&str> = images.iter().map(String::as_str).collect();
            arguments.extend(["--kind", kind]);
            let run = suggested(&arguments).ends_with(0);
            assert!(run.stdout.contains(&format!("kind: {kind}")), "{}", run.stdout);
            holds(&run.stdout, &images);
        }
    }
}

#[test]
fn attestations_that_hang_on_all_images_are_asked_for() {
    for name in ["att-full", "bundle-att-full"] {
        for kind in KINDS {
            let run = suggested(&[&image(name), "--kind", kind]).ends_with(0);
            assert!(run.stdout.contains("https://spdx.dev/Document"), "{name}: {}", run.stdout);
            holds(&run.stdout, &[image(name)]);
        }
    }
}

#[test]
fn each_step_says_what_else_it_admits() {
    let (own, other) = (image("keyless-gh-v2"), image("bundle-keyless-other-repo"));
    let of = image("bundle-keyless");
    let run = suggested(&[&of, "--known", &other, "--known", &own, "-o", "json"]).ends_with(0).json();
    let steps = run["steps"].as_array().unwrap();
    assert!(steps.len() > 2, "{run:#}");
    let also = |step: usize| -> Vec<&str> {
        steps[step]["also"].as_array().unwrap().iter().filter_map(|name| name.as_str()).collect()
    };
    assert!(also(0).is_empty(), "{run:#}");
    // Each step admits what the one before does.
    for (narrow, wide) in (0..steps.len()).zip(1..steps.len()) {
        assert!(also(narrow).iter().all(|image| also(wide).contains(image)), "{run:#}");
        assert_ne!(steps[narrow]["policy"], steps[wide]["policy"]);
    }
    for step in steps {
        holds(step["policy"].as_str().unwrap(), std::slice::from_ref(&of));
    }
}

#[test]
fn what_nothing_vouches_for_makes_no_policy() {
    for name in ["unsigned", "tampered-signature-bytes", "tampered-rogue-log"] {
        let run = suggested(&[&image(name)]);
        // A key alone, with the log switched off, may still verify.
        if run.status == 0 {
            holds(&run.stdout, &[image(name)]);
        } else {
            assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{name}");
        }
    }
    suggested(&[&image("unsigned")]).ends_with(2).says("nothing that hangs on");
    suggested(&["127.0.0.1:5000/myorg/key-p256"]).ends_with(3);
}
