//! Long names in few words: workflows by repository, file and ref; instants without the ceremony.

/// A workflow of GitHub as `owner/repository :: file @ ref`; every other name as it is.
#[must_use]
pub fn identity(name: &str) -> String {
    let short = || {
        let rest = name.strip_prefix("https://github.com/")?;
        let (repository, rest) = rest.split_once("/.github/workflows/")?;
        let (file, at) = rest.split_once('@')?;
        Some(format!("{repository} :: {file} @ {at}"))
    };
    short().unwrap_or_else(|| name.to_owned())
}

/// An instant in RFC 3339 with a blank between day and time; anything else as it is.
#[must_use]
pub fn moment_words(text: &str) -> String {
    let parts = || {
        let (day, time) = text.split_once('T')?;
        let time = time.strip_suffix('Z')?;
        Some(format!("{day} {time} UTC"))
    };
    parts().unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_workflows_are_shortened() {
        let name = "https://github.com/o/r/.github/workflows/w.yml@refs/tags/v1";
        assert_eq!(identity(name), "o/r :: w.yml @ refs/tags/v1");
        for other in ["https://github.com/o/r", "a@b.example", "https://gitlab.example/o/r//c.yml@refs/x"] {
            assert_eq!(identity(other), other);
        }
        assert_eq!(moment_words("2026-11-24T10:00:00Z"), "2026-11-24 10:00:00 UTC");
        assert_eq!(moment_words("soon"), "soon");
    }
}
