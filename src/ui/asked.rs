//! What has been asked of whom over the network, as a page: responders must know what the tool has touched.

use super::overlay::text::TextPane;
use crate::model::request::RequestRecord;

/// The newest first, with a sum for each host above.
pub(super) fn page(all: &[RequestRecord]) -> TextPane {
    let sent: Vec<&RequestRecord> = all.iter().filter(|one| !one.cached).collect();
    let mut lines = vec![summary(all, &sent)];
    let mut hosts: Vec<&str> = sent.iter().map(|one| one.host.as_str()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    for host in hosts {
        let of_host = || sent.iter().filter(|one| one.host == host);
        let bytes: u64 = of_host().map(|one| one.bytes).sum();
        lines.push(format!("  {host}: {} requests, {bytes} bytes", of_host().count()));
    }
    lines.push(
        "Credentials are never in this list, nor are requests to the API server of a cluster or by plug-ins."
            .to_owned(),
    );
    lines.push(String::new());
    lines.extend(all.iter().rev().map(line));
    TextPane::of("requests".to_owned(), &lines)
}

fn summary(all: &[RequestRecord], sent: &[&RequestRecord]) -> String {
    if all.is_empty() {
        return "Nothing has been asked of any registry, log or service.".to_owned();
    }
    let cached = all.len() - sent.len();
    format!("{} requests were sent, {cached} answered from the cache (the last 1000 are kept).", sent.len())
}

fn line(one: &RequestRecord) -> String {
    let status = match (one.cached, one.status) {
        (true, _) => "cache".to_owned(),
        (false, Some(status)) => status.to_string(),
        (false, None) => "no answer".to_owned(),
    };
    format!("{:<4} {status:<9} {:>9}  {}{}", one.method, one.bytes, one.host, one.path)
}
