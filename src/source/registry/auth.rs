//! Proves who asks, to the host that asks for it and to nobody else.
//!
//! Credentials go to the token server that a registry names only as containerd and go-containerregistry would send
//! them, and a little less: over HTTPS to any host that an HTTPS registry names, over plain HTTP only to the very
//! host of a plain HTTP registry.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use reqwest::header::HeaderValue;
use serde::Deserialize;
use tokio::time::Instant;

use super::answer::{Answer, bounded};
use super::challenge::Challenge;
use super::clients::authority;
use super::credentials::Credential;
use super::host::{Grant, Host};
use super::transport::{Call, Transport};
use crate::format::oci::parse_json;
use crate::model::Missing;

/// Longest answer of a token server, in bytes.
const TOKEN_LIMIT: u64 = 1 << 20;
/// How long a token lasts when its server does not say, in seconds (distribution's token specification).
const TOKEN_SECONDS: u64 = 60;
/// Tokens are given up so long before they end, in seconds.
const SLACK: u64 = 5;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
    expires_in: Option<u64>,
}

impl Transport {
    /// Sends a request with the proof that the host has asked for, and once more when it asks anew.
    pub(super) async fn exchange(&self, call: &Call<'_>, repository: &str) -> Result<Answer, Missing> {
        let proof = self.proof(call.host, repository, None).await?;
        let answer = self.send(call, proof.as_ref()).await?;
        if answer.status.as_u16() != 401 || !answer.own {
            return Ok(answer);
        }
        let Some(challenge) = Challenge::of(&answer.headers) else { return Ok(answer) };
        call.host.set_challenge(challenge);
        match self.proof(call.host, repository, proof.as_ref()).await? {
            Some(new) if Some(&new) != proof.as_ref() => self.send(call, Some(&new)).await,
            _ => Ok(answer),
        }
    }

    /// The value of `Authorization` for a repository; `refused` is one that did not help.
    async fn proof(
        &self,
        host: &Host,
        repository: &str,
        refused: Option<&HeaderValue>,
    ) -> Result<Option<HeaderValue>, Missing> {
        let Some(challenge) = host.challenge() else { return Ok(None) };
        let place = host.granted(repository);
        // One asks; those who wait here meanwhile find the grant.
        let mut granted = place.lock().await;
        if let Some(grant) = &*granted {
            let lasts = grant.until.is_none_or(|until| until > Instant::now());
            if lasts && (refused.is_none() || grant.header.as_ref() != refused) {
                return Ok(grant.header.clone());
            }
        }
        let grant = match challenge {
            Challenge::Basic => self.basic(host, repository).await?,
            Challenge::Bearer { realm, service } => self.bearer(host, repository, &realm, &service).await?,
        };
        let header = grant.header.clone();
        *granted = Some(grant);
        Ok(header)
    }

    async fn credential(&self, host: &Host, repository: &str) -> Result<Option<Credential>, Missing> {
        let found = self.options.credentials.find(&host.name, repository).await;
        found.map_err(|problem| denied(&host.name, &problem))
    }

    async fn basic(&self, host: &Host, repository: &str) -> Result<Grant, Missing> {
        let header = match self.credential(host, repository).await? {
            Some(Credential::Password { user, password }) => Some(basic_header(&user, &password)?),
            // An identity token means nothing to a registry without a token server.
            Some(Credential::IdentityToken(_)) | None => None,
        };
        Ok(Grant { header, until: None })
    }

    async fn bearer(
        &self,
        host: &Host,
        repository: &str,
        realm: &str,
        service: &str,
    ) -> Result<Grant, Missing> {
        let base = self.base(host).await?;
        let url = Url::parse(realm).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let mut url = url.ok_or_else(|| denied(&host.name, "its token server has no URL"))?;
        if base.scheme() == "https" && url.scheme() == "http" {
            return Err(denied(&host.name, "its token server speaks plain HTTP"));
        }
        let credential = self.credential(host, repository).await?;
        let seen = url.scheme() == "https" && base.scheme() == "https";
        if credential.is_some() && !seen && url.host_str() != base.host_str() {
            let problem = format!("credentials are not sent to its token server {}", authority(&url));
            return Err(denied(&host.name, &problem));
        }
        let scope = format!("repository:{repository}:pull");
        let (mut form, mut proof) = (None, None);
        match &credential {
            Some(Credential::IdentityToken(token)) => {
                form = Some(encode(&[
                    ("grant_type", "refresh_token"),
                    ("service", service),
                    ("client_id", "sigscope"),
                    ("scope", &scope),
                    ("refresh_token", token),
                ]));
            }
            other => {
                url.query_pairs_mut().append_pair("service", service).append_pair("scope", &scope);
                if let Some(Credential::Password { user, password }) = other {
                    proof = Some(basic_header(user, password)?);
                }
            }
        }
        let what = format!("token for {}/{repository}", host.name);
        let call = Call {
            host,
            url,
            accept: "application/json",
            limit: TOKEN_LIMIT,
            size: None,
            what: &what,
            form,
            follow: false,
        };
        let answer = self.send(&call, proof.as_ref()).await?;
        grant(&call, &answer)
    }
}

fn grant(call: &Call<'_>, answer: &Answer) -> Result<Grant, Missing> {
    if !answer.status.is_success() {
        return Err(match answer.refusal(call.what) {
            // "No such token server" is no news about the image.
            Missing::NotFound { what } => denied(&answer.from, &format!("no {what} (HTTP 404)")),
            other => other,
        });
    }
    let malformed =
        |problem: &str| Missing::Malformed { what: call.what.to_owned(), problem: problem.to_owned() };
    let token: Token = serde_json::from_value(parse_json(call.what, &answer.body)?)
        .map_err(|_| malformed("the token server's answer has another form"))?;
    let text = token.token.or(token.access_token).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| malformed("the token server's answer has no token"))?;
    let mut header = HeaderValue::from_str(&format!("Bearer {text}"))
        .map_err(|_| malformed("the token cannot stand in a header"))?;
    header.set_sensitive(true);
    let lasts = token.expires_in.unwrap_or(TOKEN_SECONDS).clamp(TOKEN_SECONDS, 24 * 3600);
    let until = Instant::now() + Duration::from_secs(lasts.saturating_sub(SLACK));
    Ok(Grant { header: Some(header), until: Some(until) })
}

fn basic_header(user: &str, password: &str) -> Result<HeaderValue, Missing> {
    let value = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    let mut header = HeaderValue::from_str(&value).map_err(|_| Missing::Malformed {
        what: "the credentials".to_owned(),
        problem: "they cannot stand in a header".to_owned(),
    })?;
    header.set_sensitive(true);
    Ok(header)
}

fn encode(pairs: &[(&str, &str)]) -> String {
    // The encoding of a query is that of a form (WHATWG URL, application/x-www-form-urlencoded).
    let Ok(mut url) = Url::parse("http://form/") else { return String::new() };
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

fn denied(host: &str, problem: &str) -> Missing {
    Missing::Denied { host: host.to_owned(), status: 401, detail: bounded(problem) }
}
