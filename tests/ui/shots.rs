//! The pictures in `screenshots/` are what the program shows.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    // Frames of a run lie in a folder of their own.
    let files = entries.map(Result::unwrap).filter(|entry| entry.file_type().unwrap().is_file());
    files.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// `SIGSCOPE_BLESS=1` keeps the new pictures.
#[test]
fn screenshots_are_up_to_date() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
    let made = tempfile::tempdir().unwrap();
    let target =
        if std::env::var_os("SIGSCOPE_BLESS").is_some() { kept.clone() } else { made.path().to_owned() };
    let output = Command::new(env!("CARGO_BIN_EXE_sigscope"))
        .args(["gen", "screenshots"])
        .arg(&target)
        .env_clear()
        .env("HOME", made.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(names(&target), names(&kept), "pictures that are missing or that nothing makes");
    for name in names(&kept) {
        let read = |folder: &Path| std::fs::read_to_string(folder.join(&name)).unwrap();
        assert!(
            read(&kept) == read(&target),
            "screenshots/{name} is out of date: `sigscope gen screenshots screenshots`"
        );
    }
}

/// With every style removed, rows with different verdicts differ in their text.
#[test]
fn verdicts_are_words_and_not_only_colours() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots/images.txt"))
        .unwrap();
    for word in ["DENY", "PASS", "AUDIT"] {
        assert!(text.contains(word), "{word}");
    }
}
