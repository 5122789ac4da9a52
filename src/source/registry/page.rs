//! Lists that come in pages: tags, and referrers.

use std::fmt;

use reqwest::Url;
use serde_json::Value;

use super::answer::Answer;
use super::host::Host;
use super::link;
use super::transport::{Call, Transport};
use crate::format::oci::{Document, INDEX, parse_json};
use crate::model::Missing;
use crate::port::{Referrers, TagPage};

/// Longest page, in bytes.
const PAGE_LIMIT: u64 = 8 << 20;
/// Most pages of tags.
const TAG_PAGES: u32 = 10_000;
/// Most pages of referrers.
const REFERRER_PAGES: usize = 100;
/// Most referrers.
const REFERRERS: usize = 10_000;

/// Where a list of tags goes on: handed to the caller as text, and not trusted when it comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    number: u32,
    /// An earlier page. It moves up at powers of two, so that a list that runs in a circle meets it (Brent's method).
    mark: String,
    path: String,
}

impl Cursor {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ' ');
        let number = parts.next()?.parse().ok()?;
        Some(Self { number, mark: parts.next()?.to_owned(), path: parts.next()?.to_owned() })
    }

    /// The page after this one.
    fn next(before: Option<&Self>, url: &Url) -> Result<Self, Missing> {
        let path = format!("{}?{}", url.path(), url.query().unwrap_or_default());
        let number = before.map_or(1, |cursor| cursor.number.saturating_add(1));
        if number > TAG_PAGES {
            return Err(Missing::TooMany { what: "pages of tags".to_owned(), limit: 10_000 });
        }
        let mark = match before {
            Some(cursor) if cursor.mark == path || cursor.path == path => {
                let problem = "its pages run in a circle".to_owned();
                return Err(Missing::Malformed { what: "the list of tags".to_owned(), problem });
            }
            Some(cursor) if !number.is_power_of_two() => cursor.mark.clone(),
            _ => path.clone(),
        };
        Ok(Self { number, mark, path })
    }

    /// The URL, when it is the list of tags that was asked for.
    fn url(&self, first: &Url) -> Option<Url> {
        let url = first.join(&self.path).ok()?;
        link::same_origin(first, &url).then_some(url)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.number, self.mark, self.path)
    }
}

impl Transport {
    async fn page(
        &self,
        host: &Host,
        repository: &str,
        url: Url,
        accept: &str,
        what: &str,
    ) -> Result<Answer, Missing> {
        let call = Call { host, url, accept, limit: PAGE_LIMIT, size: None, what, form: None, follow: true };
        self.exchange(&call, repository).await
    }

    /// A page of tags; `first` is the URL of the first page.
    pub(super) async fn tag_page(
        &self,
        host: &Host,
        repository: &str,
        first: &Url,
        page: Option<&str>,
    ) -> Result<TagPage, Missing> {
        let what = format!("tags of {}/{repository}", host.name);
        let malformed =
            |problem: &str| Missing::Malformed { what: what.clone(), problem: problem.to_owned() };
        let cursor = match page {
            None => None,
            Some(text) => Some(
                Cursor::parse(text).ok_or_else(|| malformed("the place of the next page is unreadable"))?,
            ),
        };
        let url = match &cursor {
            None => first.clone(),
            Some(cursor) => cursor.url(first).ok_or_else(|| malformed("the next page is on another host"))?,
        };
        let answer = self.page(host, repository, url.clone(), "application/json", &what).await?;
        if !answer.status.is_success() {
            return Err(answer.refusal(&what));
        }
        let body = parse_json(&what, &answer.body)?;
        let tags = match body.get("tags") {
            // Go writes an empty list as null.
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(tags)) => {
                let texts = tags.iter().map(|tag| tag.as_str().map(str::to_owned));
                texts.collect::<Option<_>>().ok_or_else(|| malformed("a tag is not a text"))?
            }
            Some(_) => return Err(malformed("`tags` is not a list")),
        };
        let next = match link::next(&url, &answer.headers)? {
            Some(url) => Some(Cursor::next(cursor.as_ref(), &url)?.to_string()),
            None => None,
        };
        Ok(TagPage { tags, next })
    }

    /// All pages of referrers; `first` is the URL of the first.
    pub(super) async fn all_referrers(
        &self,
        host: &Host,
        repository: &str,
        first: Url,
    ) -> Result<Referrers, Missing> {
        let what = format!("referrers in {}/{repository}", host.name);
        let (mut entries, mut next, mut pages) = (Vec::new(), Some(first), Vec::new());
        while let Some(url) = next {
            if pages.contains(&url) {
                let problem = "its pages run in a circle".to_owned();
                return Err(Missing::Malformed { what, problem });
            }
            if pages.len() >= REFERRER_PAGES || entries.len() > REFERRERS {
                return Err(Missing::TooMany { what, limit: REFERRERS });
            }
            let answer = self.page(host, repository, url.clone(), INDEX, &what).await?;
            if !answers(&answer) {
                let first = pages.is_empty();
                return if first && lacks_api(&answer) {
                    Ok(Referrers::NoApi)
                } else if answer.status.is_success() {
                    Err(Missing::Malformed { what, problem: "a page is not an index".to_owned() })
                } else {
                    Err(match answer.refusal(&what) {
                        // The first page was there: the list is cut, not absent.
                        Missing::NotFound { what } => {
                            Missing::Malformed { what, problem: "a page is absent".to_owned() }
                        }
                        other => other,
                    })
                };
            }
            entries.extend_from_slice(Document::parse(&what, &answer.body)?.manifests());
            next = link::next(&url, &answer.headers)?;
            pages.push(url);
        }
        Ok(Referrers::Answered(entries))
    }
}

fn answers(answer: &Answer) -> bool {
    answer.status.as_u16() == 200 && answer.media_type() == Some(INDEX)
}

/// Answers of registries that do not know the referrers API (as cosign and oras read them).
fn lacks_api(answer: &Answer) -> bool {
    answer.status.is_success() || matches!(answer.status.as_u16(), 400 | 404 | 405 | 406)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_of_pages_ends() {
        let url = |n: u32| Url::parse(&format!("http://h/v2/a/tags/list?last={n}")).unwrap();
        let (mut cursor, mut turns) = (None, 0u32);
        let error = loop {
            // Two pages of a run-up, then a circle of five.
            let page = if turns < 2 { turns } else { 2 + (turns - 2) % 5 };
            turns += 1;
            match Cursor::next(cursor.as_ref(), &url(page)) {
                Ok(next) => cursor = Some(Cursor::parse(&next.to_string()).unwrap()),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, Missing::Malformed { .. }) && turns < 30, "{turns}: {error}");
    }

    proptest::proptest! {
        #[test]
        fn a_cursor_never_leads_to_another_host(text in r#"[0-9]{1,3} [a-z/]{0,5} [a-z:/.@?#]{0,40}"#) {
            let first = Url::parse("https://r.example/v2/a/tags/list?n=1000").unwrap();
            if let Some(url) = Cursor::parse(&text).and_then(|cursor| cursor.url(&first)) {
                assert_eq!((url.scheme(), url.host_str(), url.port()), ("https", Some("r.example"), None), "{text}");
            }
        }
    }
}
