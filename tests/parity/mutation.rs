//! One flipped bit: every artifact alone, under a profile that demands all that it carries, must fail, wherever the bit is;
//! what nothing protects stands in `docs/unprotected.md`, with the reason. `SIGSCOPE_BLESS=1 SIGSCOPE_FLIPS=8000` writes it.
//!
//! The digests by which manifests and layers are found are left out on purpose: only the evidence itself counts here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use base64::{Engine as _, alphabet};
use der::Encode as _;
use serde_json::Value;
use sigscope::format::envelope::Envelope;
use sigscope::format::note::Checkpoint;
use sigscope::format::time_stamp::Token;

use crate::mutation_place::path;
use crate::mutation_subjects::{Subject, subjects};

/// An object with no more bits has every one flipped.
const ALL: usize = 2_000;
/// Flips of a longer one; `SIGSCOPE_FLIPS` asks for another number.
const FLIPS: usize = 400;

/// Why what is changed at a place changes no verdict: part of the kind of artifact, part of the place, the reason.
const REASONS: &[(&str, &str, &str)] = &[
    ("bundle", "keyid", "a hint; the key comes from the caller or the certificate"),
    ("bundle", "hint", "a hint; the key comes from the caller"),
    ("", ": letter case", "Go reads the name of a field in any case, and so do we"),
    (
        "Rekor v2",
        "tlogEntries/logIndex",
        "a log of tiles promises nothing; the index of the proof counts, not this one",
    ),
    ("classic", "/logIndex (name)", "a number that is absent is 0, which it is here"),
    (
        "",
        ": unused bits",
        "the last character of base64 has bits that stand for nothing; the bytes are the same",
    ),
    (
        "",
        ": outside of what the authority signs",
        "version numbers, certificates that travel with the time stamp, and its hull are not signed; what is trusted comes \
         from the trusted root",
    ),
    (
        "bundle",
        ": name of a signer",
        "the origin in the text is signed, the name before a signature is not; a log of version 1 is known by its key alone",
    ),
    (
        "Rekor v2",
        ": line of a witness",
        "the log's own signature counts; nobody is asked about its witnesses",
    ),
    ("classic", "cosign/chain", "the chain comes from the trusted root; what travels is only read"),
    (
        "Notation",
        "io.cncf.notary.signingAgent",
        "what signed, as it says itself; the specification leaves it unsigned",
    ),
];

/// Numbers that are the same at every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % limit
    }
}

/// The bits that are flipped: all of a short object, else a sample of it.
fn bits(length: usize) -> BTreeSet<usize> {
    let most =
        std::env::var_os("SIGSCOPE_FLIPS").map_or(FLIPS, |text| text.to_str().unwrap().parse().unwrap());
    if length * 8 <= ALL.max(most) {
        return (0..length * 8).collect();
    }
    let mut random = Random(0x5eed_0000 + length as u64);
    let mut all = BTreeSet::new();
    while all.len() < most {
        all.insert(random.below(length * 8));
    }
    all
}

/// Whether two responses or tokens differ only outside of what the authority signs, and its signature.
fn same_stamp(was: &[u8], is: &[u8]) -> bool {
    let signed_data = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
    let Some(oid) = was.windows(signed_data.len()).position(|window| window == signed_data) else {
        return false;
    };
    let read = |header: usize| Token::read(was.get(oid.checked_sub(header)?..)?).ok();
    let Some(token) = [4, 3, 2].into_iter().find_map(read) else { return false };
    let mut signed = vec![token.content];
    for signer in token.signers {
        // In the token the attributes have another tag.
        signed.extend(signer.signed_attrs.map(|set| set.to_der().unwrap()[1..].to_vec()));
        signed.push(signer.signature.as_bytes().to_vec());
    }
    let kept = |part: &Vec<u8>| {
        let at = was.windows(part.len()).position(|window| window == part).unwrap();
        is.get(at..at + part.len()) == Some(part)
    };
    was != is && signed.iter().all(kept)
}

/// Whether two checkpoints differ only in names of signers, or also in signatures by others than the log.
fn signers(was: &[u8], is: &[u8]) -> Option<&'static str> {
    let read = |bytes: &[u8]| Checkpoint::parse(std::str::from_utf8(bytes).ok()?).ok();
    let (was, is) = (read(was)?, read(is)?);
    let bare = |all: &Checkpoint| all.signatures.iter().map(|one| (one.1, one.2.clone())).collect::<Vec<_>>();
    let of_log = |all: &Checkpoint| all.signatures.iter().find(|one| one.0 == all.origin).cloned();
    match () {
        () if was.signed != is.signed => None,
        () if bare(&was) == bare(&is) => Some("name of a signer"),
        () => (of_log(&was).is_some() && of_log(&was) == of_log(&is)).then_some("line of a witness"),
    }
}

/// The texts at a path, decoded.
fn texts<'a>(value: &'a Value, path: &[&str], out: &mut Vec<&'a str>) {
    match (value, path.split_first()) {
        (Value::Array(items), _) => items.iter().for_each(|item| texts(item, path, out)),
        (Value::String(text), None) => out.push(text),
        (value, Some((name, rest))) => value.get(name).into_iter().for_each(|value| texts(value, rest, out)),
        _ => {}
    }
}

/// What a text stands for.
enum Decoded {
    Bytes(Vec<u8>),
    Text(String),
}

fn decoded(document: &[u8], path: &str) -> Option<Decoded> {
    let value: Value = serde_json::from_slice(document).ok()?;
    let mut all = Vec::new();
    texts(&value, &path.split('/').skip(1).collect::<Vec<_>>(), &mut all);
    let lenient = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&alphabet::STANDARD, lenient);
    let bytes: Option<Vec<_>> = all.iter().map(|text| engine.decode(text).ok()).collect();
    match bytes {
        _ if all.is_empty() => None,
        Some(bytes) => Some(Decoded::Bytes(bytes.concat())),
        None => Some(Decoded::Text(all.concat())),
    }
}

/// In words, what a flip that passes has changed.
fn place(part: &str, was: &[u8], is: &[u8], at: usize) -> String {
    const HULL: &str = "outside of what the authority signs";
    if part == "token" && same_stamp(was, is) {
        return format!("{part}: {HULL}");
    }
    let path = path(was, at);
    if let Some(path) = path.as_ref().and_then(|path| path.strip_suffix(" (name)"))
        && was.eq_ignore_ascii_case(is)
    {
        return format!("{part} {path}: letter case");
    }
    for media_type in ["application/cose", "application/jose+json"] {
        if let (Ok(was), Ok(is)) = (Envelope::read(media_type, was), Envelope::read(media_type, is)) {
            return match (&was.timestamp, &is.timestamp) {
                (Some(was), Some(is)) if same_stamp(was, is) => format!("{part} time stamp: {HULL}"),
                (was, is) if was != is => format!("{part} time stamp"),
                _ if was.agent != is.agent => format!("{part} io.cncf.notary.signingAgent"),
                _ => format!("{part}: the same in other bytes"),
            };
        }
    }
    let Some(path) = path else {
        return if STANDARD.decode(was).is_ok() { format!("{part}: unused bits") } else { part.to_owned() };
    };
    let what = match (decoded(was, &path), decoded(is, &path)) {
        (Some(Decoded::Bytes(was)), Some(Decoded::Bytes(is))) if was == is => Some("unused bits"),
        (Some(Decoded::Bytes(was)), Some(Decoded::Bytes(is))) => same_stamp(&was, &is).then_some(HULL),
        (Some(Decoded::Text(was)), Some(Decoded::Text(is))) => signers(was.as_bytes(), is.as_bytes()),
        _ => None,
    };
    what.map_or_else(|| format!("{part} {path}"), |what| format!("{part} {path}: {what}"))
}

/// Places of flips of one artifact that passed, each with what was there.
type Passed = BTreeMap<String, Vec<String>>;

/// Flips of every part, one at a time.
fn flip(subject: &Subject, tried: &AtomicUsize) -> Passed {
    let untouched: Vec<Vec<u8>> = subject.parts.iter().map(|(_, bytes)| bytes.clone()).collect();
    assert!((subject.holds)(&untouched), "{} does not hold untouched", subject.kind);
    let mut passed = Passed::new();
    for (number, (name, bytes)) in subject.parts.iter().enumerate() {
        let mut pieces = untouched.clone();
        for bit in bits(bytes.len()) {
            pieces[number][bit / 8] ^= 1 << (bit % 8);
            tried.fetch_add(1, Ordering::Relaxed);
            if (subject.holds)(&pieces) {
                let around =
                    bytes[(bit / 8).saturating_sub(12)..].iter().take(24).copied().collect::<Vec<_>>();
                let there = format!("bit {bit} in {:?}", String::from_utf8_lossy(&around));
                passed.entry(place(name, bytes, &pieces[number], bit / 8)).or_default().push(there);
            }
            pieces[number][bit / 8] ^= 1 << (bit % 8);
        }
    }
    passed
}

fn reason(kind: &str, place: &str) -> Option<&'static str> {
    let fits = |of: &str, at: &str| kind.contains(of) && place.contains(at);
    REASONS.iter().find(|(of, at, _)| fits(of, at)).map(|(.., reason)| *reason)
}

fn page(results: &[(&Subject, Passed)]) -> String {
    let mut page = String::from(
        "# What nothing protects\n\nWritten by a test (`tests/parity/mutation.rs`), which flips bits of artifacts of every kind, one at a time, \
         and demands\nthat the artifact fails. These are the places at which a flip changes no verdict, and why.\n\n\
         Each artifact is judged alone, under a profile that demands all that it carries. That manifests and layers are also held to \
         the digests\nby which they are found is left out here. A part of more than 2,000 bits has a sample of its bits flipped; \
         the page is from a longer run than\nthe test's own, which must find nothing else.\n",
    );
    for (subject, passed) in results {
        let parts = subject.parts.iter().map(|(name, bytes)| {
            let (tried, all) = (bits(bytes.len()).len(), bytes.len() * 8);
            if tried == all { format!("`{name}` all {all}") } else { format!("`{name}` {tried} of {all}") }
        });
        let parts = parts.collect::<Vec<_>>().join(", ");
        let _ = write!(page, "\n## {}\n\nProfile: {}. Bits: {parts}.\n\n", subject.kind, subject.profile);
        if passed.is_empty() {
            page.push_str("No flip passes.\n");
            continue;
        }
        page.push_str("| Place | Why nothing protects it |\n| --- | --- |\n");
        for place in passed.keys() {
            page.push_str(&line(&subject.kind, place));
        }
    }
    page
}

#[test]
fn every_flipped_bit_counts() {
    let (all, next, tried) = (subjects(), AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let mut done = Vec::new();
        while let number = next.fetch_add(1, Ordering::Relaxed)
            && let Some(subject) = all.get(number)
        {
            done.push((number, flip(subject, &tried)));
        }
        done
    };
    let mut results: Vec<(usize, Passed)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    results.sort_by_key(|(number, _)| *number);
    let results: Vec<_> = results.into_iter().map(|(number, passed)| (&all[number], passed)).collect();
    println!("{} flips of {} artifacts", tried.into_inner(), all.len());
    let unexplained: Vec<String> = results
        .iter()
        .flat_map(|(subject, passed)| passed.iter().map(move |(place, all)| (subject, place, all)))
        .filter(|(subject, place, _)| reason(&subject.kind, place).is_none())
        .map(|(subject, place, all)| {
            let some = &all[..all.len().min(5)];
            format!("{}: {} flips of {place} pass: {}", subject.kind, all.len(), some.join(", "))
        })
        .collect();
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
    if ["SIGSCOPE_FIXTURES", "SIGSCOPE_VECTORS"].iter().any(|name| std::env::var_os(name).is_some()) {
        return;
    }
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/unprotected.md");
    if std::env::var_os("SIGSCOPE_BLESS").is_some() {
        std::fs::write(&file, page(&results)).unwrap();
    }
    let text = &std::fs::read_to_string(&file).unwrap_or_default();
    let unlisted: Vec<String> = results
        .iter()
        .flat_map(|(subject, passed)| {
            passed.keys().map(move |place| (section(text, subject), place, subject))
        })
        .filter(|(section, place, subject)| !section.contains(&line(&subject.kind, place)))
        .map(|(_, place, subject)| format!("{}: {place}", subject.kind))
        .collect();
    assert!(unlisted.is_empty(), "docs/unprotected.md does not list\n{}", unlisted.join("\n"));
    let kinds: Vec<String> = all.iter().map(|subject| format!("## {}\n", subject.kind)).collect();
    let found = text.lines().filter(|line| line.starts_with("## ")).count();
    assert!(
        found == kinds.len() && kinds.iter().all(|kind| text.contains(kind)),
        "docs/unprotected.md: kinds"
    );
}

/// What the page says of one kind of artifact.
fn section<'a>(text: &'a str, subject: &Subject) -> &'a str {
    let rest = text.split_once(&format!("\n## {}\n", subject.kind)).map_or("", |(_, rest)| rest);
    rest.split("\n## ").next().unwrap_or_default()
}

/// The page's line of a place.
fn line(kind: &str, place: &str) -> String {
    format!("| `{place}` | {} |\n", reason(kind, place).unwrap_or("**not explained**"))
}
