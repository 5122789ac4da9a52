//! What `explain` says about every reason, and that its pages are complete.

use std::collections::HashSet;
use std::path::Path;

use sigscope::explain::{
    RemedyKind, Style, nearest, outcome_sentence, page, pair, pair_of, remedies, sentence, why_text,
    why_text_in,
};
use sigscope::model::reason::Reason;
use sigscope::model::trace::Outcome;
use sigscope::model::{Code, Missing, Verdict};

use crate::program;
use crate::trace::{self, POLICY};

fn control_free(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && c != '\n')
}

#[test]
fn every_reason_has_sentence_pair_and_remedy() {
    for reason in trace::all_reasons() {
        let code = reason.code();
        let trace = trace::denied(reason);
        let (sentence, pair, remedies) = (sentence(&trace), pair(&trace).unwrap(), remedies(&trace));
        assert!(
            sentence.starts_with("Image `127.0.0.1:5000/myorg/app:v1`") && sentence.ends_with('.'),
            "{sentence}"
        );
        assert!(sentence.contains("denied by rule `verify-cosign-signature`"), "{code}: {sentence}");
        assert!(!sentence.contains('\n') && control_free(&sentence), "{code}: {sentence}");
        assert!(!pair.want.is_empty() && !pair.have.is_empty() && pair.want != pair.have, "{code}: {pair:?}");
        assert!(!remedies.is_empty(), "{code}");
        for remedy in remedies {
            assert!(control_free(&remedy.text) && remedy.text.ends_with('.'), "{code}: {}", remedy.text);
            let weakens = remedy.kind == RemedyKind::Weaken;
            assert!(!weakens || remedy.text.contains("costs"), "{code}: {}", remedy.text);
            let asks_less = remedy.text.contains("ignoreTlog") || remedy.text.contains("smaller `count`");
            assert!(!asks_less || weakens, "{code}: {}", remedy.text);
        }
    }
}

#[test]
fn two_causes_never_share_a_code_or_a_sentence() {
    let reasons = trace::all_reasons();
    let codes: HashSet<Code> = reasons.iter().map(Reason::code).collect();
    assert_eq!(codes.len(), reasons.len());
    let sentences: HashSet<String> =
        reasons.into_iter().map(|reason| outcome_sentence(&Outcome::Failed(reason))).collect();
    assert_eq!(sentences.len(), codes.len());
}

#[test]
fn what_could_not_be_decided_is_not_the_images_fault() {
    for missing in trace::all_missing() {
        let trace = trace::undecided(missing);
        let sentence = sentence(&trace);
        assert!(sentence.starts_with("Could not decide about image"), "{sentence}");
        for blame in ["denied by", "failed", "fails", "not signed", "invalid"] {
            assert!(!sentence.contains(blame), "{sentence}");
        }
        assert!(pair(&trace).is_some() && !remedies(&trace).is_empty(), "{sentence}");
    }
    let waiting = trace::deciding(Verdict::Waiting, &Outcome::Undecided(Missing::Waiting));
    assert!(sentence(&waiting).contains("has not been judged"));
}

#[test]
fn pass_none_and_audit_have_their_own_words() {
    assert!(sentence(&trace::passed()).contains(" passes rule "));
    assert!(remedies(&trace::passed()).is_empty() && pair(&trace::passed()).is_none());
    let none = sentence(&trace::not_selected());
    assert!(none.starts_with("Rule `verify-cosign-signature`") && none.contains("does not apply"), "{none}");
    assert!(none.contains("wanted `127.0.0.1:*/myorg/*` or `ghcr.io/myorg/*`"), "{none}");
    let audit = trace::deciding(Verdict::Audit, &Outcome::Failed(Reason::NoSignature));
    assert!(sentence(&audit).contains("would be denied by") && sentence(&audit).contains("only reports"));
}

#[test]
fn hostile_values_stay_on_one_line() {
    let nasty = "\u{1b}]0;owned\u{7}\nPASS\u{202e}".to_owned() + &"a".repeat(5_000);
    let reasons = [
        Reason::OtherDigest { wanted: trace::digest('1'), found: nasty.clone() },
        Reason::Annotation { key: nasty.clone(), wanted: "x".into(), found: Some(nasty.clone()) },
        Reason::PolicyInvalid { problem: nasty.clone() },
    ];
    for reason in reasons {
        let mut trace = trace::denied(reason);
        trace.image.image.clone_from(&nasty);
        trace.engine_message.clone_from(&nasty);
        trace.clauses[0].label.clone_from(&nasty);
        let text = why_text(&trace, Some(&nasty));
        assert!(control_free(&text) && !text.contains('\u{202e}'), "{text}");
        assert!(!sentence(&trace).contains('\n') && sentence(&trace).len() < 4_000);
        assert!(!text.lines().any(|line| line.trim_start().starts_with("PASS")));
    }
}

#[test]
fn the_nearest_miss_names_the_key_that_signed() {
    let trace = trace::denied(Reason::KeyMismatch { key: trace::key('a'), claimed: Some(trace::key('b')) });
    let miss = nearest(&trace).unwrap();
    assert_eq!(miss.path, [2, 0, 0]);
    assert!(miss.text.contains("SHA256:bbbbbbbbbbbbbbbb"), "{}", miss.text);
    assert!(nearest(&trace::passed()).is_none());
}

#[test]
fn the_text_points_at_the_line_and_fits() {
    let wanted = Reason::OtherDigest { wanted: trace::digest('1'), found: trace::digest('2').to_string() };
    for ascii in [false, true] {
        let trace = trace::denied(wanted.clone());
        let text = why_text_in(&trace, Some(POLICY), &Style { width: 80, ascii });
        assert!(text.contains("--> policies/1-verify-image-signature.yaml:26:19"), "{text}");
        let lines: Vec<&str> = text.lines().collect();
        let at = lines.iter().position(|line| line.contains("^^^^^ SIG-DIGEST")).unwrap();
        assert_eq!(lines[at].find('^'), lines[at - 1].find("keys:"), "{text}");
        let have = lines.iter().position(|line| line.starts_with("  have sha256:2")).unwrap();
        assert_eq!(lines[have + 1].find('~'), Some("  have sha256:".len()), "{text}");
        assert!(!ascii || text.is_ascii(), "{text}");
        let too_long = |line: &&&str| line.chars().count() > 80 && line.trim().contains(' ');
        assert_eq!(lines.iter().find(too_long), None, "{text}");
    }
}

#[test]
fn both_sides_stay_aligned_at_every_width() {
    for reason in trace::all_reasons() {
        let pair = pair_of(&Outcome::Failed(reason)).unwrap();
        for width in [24, 30, 48, 71, 120] {
            let fitted = pair.fit(width, "…");
            assert!(
                fitted.want.chars().count() <= width && fitted.have.chars().count() <= width,
                "{fitted:?}"
            );
            let Some(mark) = fitted.mark else { continue };
            let before = |text: &str| text.chars().take(mark.start).collect::<String>();
            assert_eq!(before(&fitted.want), before(&fitted.have), "{width}");
        }
    }
}

#[test]
fn every_code_has_a_whole_page_and_no_page_lacks_a_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/codes");
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let code = name.strip_suffix(".md").unwrap_or_else(|| panic!("{name} is not a page"));
        assert!(code.parse::<Code>().is_ok_and(|known| known.as_str() == code), "{name} has no code");
    }
    for code in Code::ALL {
        let page = page(*code);
        assert_eq!(page, std::fs::read_to_string(folder.join(format!("{code}.md"))).unwrap());
        assert!(page.starts_with(&format!("# {code}: ")), "{code}");
        let mut from = 0;
        for heading in ["Meaning", "Example", "Usual causes", "What to do", "What the engines print"] {
            let at =
                page.find(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("{code}: no {heading}"));
            assert!(at > from, "{code}: {heading} is out of order");
            from = at;
        }
        assert!(page.lines().all(|line| line.chars().count() <= 200 && !line.ends_with(' ')), "{code}");
    }
}

#[test]
fn the_examples_of_the_pages_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for code in Code::ALL {
        let page = page(*code);
        let paths: Vec<&str> = page
            .split('`')
            .filter(|part| part.starts_with("tests/fixtures/") && !part.contains(' '))
            .collect();
        let (policies, images) = match is_notary(*code) {
            true => ("/trust/notation/", "/layouts/"),
            false => ("/policies/", "/pods/"),
        };
        let made = is_lint(*code) && page.contains("There is no ready fixture");
        assert!(made || paths.iter().any(|path| path.contains(policies)), "{code} names no policy");
        assert!(is_lint(*code) || paths.iter().any(|path| path.contains(images)), "{code} names no image");
        for path in paths {
            assert!(root.join(path).exists(), "{code}: {path}");
        }
    }
}

/// Pages whose example is ready to run, and not to be made first or to be seen beside another code.
fn has_ready_example(code: Code, example: &str) -> bool {
    let made = example.contains("There is no ready fixture") || example.contains("has it beside");
    !made && (!code.as_str().starts_with("NET-") || code == Code::NetNotFound) && code != Code::PolUnsupported
}

/// Codes of lints: they are about a policy, whatever the image.
fn is_lint(code: Code) -> bool {
    code.as_str().starts_with("LINT-")
}

/// Codes of Notation: their examples are trust policies and layouts.
fn is_notary(code: Code) -> bool {
    code.as_str().starts_with("NOTARY-")
}

/// The codes that `verify --notation` gives for the example of a page.
fn notary_codes(example: &str) -> Vec<String> {
    let named = |start: &str| example.split('`').find_map(|part| part.strip_prefix(start));
    let image = format!("127.0.0.1:5001/myorg/{}:v1.2.3", named("tests/fixtures/layouts/").unwrap());
    let policy =
        program::fixture(&format!("trust/notation/{}", named("tests/fixtures/trust/notation/").unwrap()));
    let (layouts, config) =
        (format!("127.0.0.1:5001/myorg={}", program::fixture("layouts")), program::fixture("trust/notation"));
    let mut words = vec!["verify", "--notation", "--format", "json", "--layouts", &layouts];
    words.extend(["--notation-config", &config, "--trust-policy", &policy]);
    words.extend(named("-m ").into_iter().flat_map(|pair| ["-m", pair]));
    words.push(&image);
    vec![program::over_layouts(&words).json()["code"].as_str().unwrap_or_default().to_owned()]
}

#[test]
fn the_examples_of_the_pages_give_their_codes() {
    let mut ran = 0;
    for code in Code::ALL {
        let example = page(*code).split("\n## ").find(|part| part.starts_with("Example\n")).unwrap();
        if !has_ready_example(*code, example) {
            continue;
        }
        if is_notary(*code) {
            assert_eq!(notary_codes(example), [code.as_str()]);
            ran += 1;
            continue;
        }
        let named = |folder: &str| {
            let found =
                example.split('`').find(|part| part.starts_with(&format!("tests/fixtures/{folder}/")));
            program::fixture(found.unwrap().trim_start_matches("tests/fixtures/"))
        };
        if is_lint(*code) {
            let run = program::run(&["policy", "lint", "-o", "concise", &named("policies")]);
            assert!(run.stdout.contains(&format!(" {code} ")), "{code}: {}", run.stdout);
            ran += 1;
            continue;
        }
        let layouts = format!("127.0.0.1:5001/myorg={}", program::fixture("layouts"));
        let (pod, policy) = (named("pods"), named("policies"));
        let run = program::over_layouts(&[
            "audit",
            "--offline",
            "--format",
            "json",
            "--layouts",
            &layouts,
            "--pod",
            &pod,
            "--policy",
            &policy,
        ]);
        let results = run.json()["results"].as_array().cloned().unwrap_or_default();
        let codes: Vec<&str> = results.iter().filter_map(|result| result["code"].as_str()).collect();
        assert!(codes.contains(&code.as_str()), "{code}: {codes:?}");
        ran += 1;
    }
    // Many codes are of questions that no policy of the fixtures asks yet.
    assert!(ran * 4 > Code::ALL.len(), "many pages have an example that runs, {ran} did");
}

#[test]
fn of_several_entries_the_nearest_is_named() {
    let (pod, policy) = ("pods/key-p384.yaml", "policies/extra/rsa-and-ed25519-keys.yaml");
    let (pod, policy) = (program::fixture(pod), program::fixture(policy));
    let run = program::over_layouts(&["audit", "--format", "json", "--pod", &pod, "--policy", &policy]);
    let message = run.json()["results"][0]["message"].as_str().unwrap_or_default().to_owned();
    assert!(message.contains("nearest: signed by the right key, but under SHA-384"), "{message}");
}
