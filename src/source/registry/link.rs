//! Where the next page is: the header `Link` (RFC 8288), only on the host that gave it.

use reqwest::Url;
use reqwest::header::{HeaderMap, LINK};

use super::clients::authority;
use crate::model::Missing;

/// The URL of the next page, if there is one.
///
/// # Errors
/// [`Missing::Malformed`] for a link that cannot be read, leads to another host, or leads back to this page.
pub(super) fn next(page: &Url, headers: &HeaderMap) -> Result<Option<Url>, Missing> {
    let refused = |problem: &str| {
        Err(Missing::Malformed { what: format!("Link of {}", authority(page)), problem: problem.to_owned() })
    };
    let Some(target) = headers.get_all(LINK).iter().find_map(|value| target(value.to_str().ok()?)) else {
        // A link that is no text must not read as the last page.
        return if headers.get_all(LINK).iter().any(|value| value.to_str().is_err()) {
            refused("it is not text")
        } else {
            Ok(None)
        };
    };
    let Ok(url) = page.join(&target) else { return refused("it is not a URL") };
    if !same_origin(page, &url) {
        return refused("the next page would be on another host");
    }
    if url == *page {
        return refused("the next page is this one again");
    }
    Ok(Some(url))
}

/// Whether two URLs have scheme, host and port in common.
pub(super) fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host_str() == b.host_str()
        && a.port_or_known_default() == b.port_or_known_default()
}

/// The target of `rel="next"` in one header.
fn target(header: &str) -> Option<String> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (target, parameters) = after.split_once('>')?;
        let end = parameters.find('<').unwrap_or(parameters.len());
        let (own, left) = parameters.split_at(end);
        let next =
            own.split([';', ',']).filter_map(|parameter| parameter.split_once('=')).any(|(name, value)| {
                name.trim().eq_ignore_ascii_case("rel")
                    && value.trim().trim_matches('"').eq_ignore_ascii_case("next")
            });
        if next {
            return Some(target.to_owned());
        }
        rest = left;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(link: &str) -> Result<Option<String>, Missing> {
        let mut headers = HeaderMap::new();
        headers.insert(LINK, link.parse().unwrap());
        let page = Url::parse("http://127.0.0.1:5000/v2/a/tags/list?n=2").unwrap();
        Ok(next(&page, &headers)?.map(|url| url.to_string()))
    }

    #[test]
    fn the_next_page_stays_on_the_host() {
        let wanted = Some("http://127.0.0.1:5000/v2/a/tags/list?last=b%3D&n=2".to_owned());
        assert_eq!(of(r#"</v2/a/tags/list?last=b%3D&n=2>; rel="next""#).unwrap(), wanted);
        assert_eq!(of(r#"<?last=b%3D&n=2>; rel=next"#).unwrap(), wanted);
        assert_eq!(
            of(r#"</first>; rel="first", </v2/a/tags/list?last=b%3D&n=2>; rel="next""#).unwrap(),
            wanted
        );
        assert_eq!(of("</x>; rel=\"prev\"").unwrap(), None);
        for bad in
            ["<http://evil.example/v2/>; rel=next", "<//127.0.0.1:5001/>; rel=next", "<?n=2>; rel=next"]
        {
            assert!(matches!(of(bad), Err(Missing::Malformed { .. })), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_link_stays_on_its_host(link in r#"[<>;,="a-z:/.@? ]{0,60}(; rel=next)?"#) {
            if let Ok(Some(url)) = of(&link) {
                assert!(url.starts_with("http://127.0.0.1:5000/"), "{url}");
            }
        }
    }
}
