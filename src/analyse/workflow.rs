//! Names of workflows as certificates carry them, in parts.

/// `https://HOST/OWNER/REPOSITORY/FILE@REF`; GitLab writes `//` before the file (fulcio, `docs/oidc.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workflow<'a> {
    /// `https://HOST/`.
    pub host: &'a str,
    /// First part of the path: user, organisation or group.
    pub owner: &'a str,
    /// The rest of the path to the repository.
    pub repository: &'a str,
    /// What stands between repository and file: `/` or `//`.
    pub separator: &'a str,
    /// The workflow's file, with its directories.
    pub file: &'a str,
    /// Ref, without the `@` before it.
    pub git_ref: &'a str,
}

impl<'a> Workflow<'a> {
    /// Reads a subject; `None`: it does not name a workflow.
    #[must_use]
    pub fn read(subject: &'a str) -> Option<Self> {
        let scheme = subject.find("://")? + 3;
        let slash = subject.get(scheme..)?.find('/')? + scheme + 1;
        let (host, path) = subject.split_at_checked(slash)?;
        let (place, git_ref) = path.rsplit_once('@')?;
        let (owner, rest) = place.split_once('/')?;
        let (repository, separator, file) = match rest.split_once("//") {
            Some((repository, file)) => (repository, "//", file),
            None => {
                let (repository, file) = rest.split_once('/')?;
                (repository, "/", file)
            }
        };
        let whole = ![owner, repository, file, git_ref].iter().any(|part| part.is_empty());
        whole.then_some(Self { host, owner, repository, separator, file, git_ref })
    }

    /// `OWNER/REPOSITORY`.
    #[must_use]
    pub fn project(&self) -> String {
        format!("{}/{}", self.owner, self.repository)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_come_apart() {
        let github = "https://github.com/acme/pay/.github/workflows/release.yml@refs/tags/v1";
        let read = Workflow::read(github).unwrap();
        assert_eq!((read.host, read.owner, read.repository), ("https://github.com/", "acme", "pay"));
        assert_eq!((read.file, read.git_ref), (".github/workflows/release.yml", "refs/tags/v1"));
        let gitlab = "https://gitlab.com/group/sub/pay//.gitlab-ci.yml@refs/heads/main";
        let read = Workflow::read(gitlab).unwrap();
        assert_eq!(
            (read.project(), read.separator, read.file),
            ("group/sub/pay".into(), "//", ".gitlab-ci.yml")
        );
        for other in ["", "me@acme.example", "https://github.com/acme", "https://a/b@c", "https://a/b/c/@d"] {
            assert_eq!(Workflow::read(other), None, "{other}");
        }
    }
}
