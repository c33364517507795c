//! What is asked of an identity provider, and what of its answers is believed.
//!
//! Its address comes from an admin, so that it may be anything: only https, only public addresses, no redirects, answers
//! of a bounded length.

use super::Row;
use crate::bus::{Cache as Name, Outgoing};
use crate::cache::Known;
use crate::desk::Desk;
use crate::push::post::allowed;
use crate::{Error, Result};
use channel::whatsapp::media::PublicOnly;
use model::{AccountId, LoginId, Millis};
use moka::sync::Cache;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreJwsSigningAlgorithm, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, SignatureVerificationError, TokenResponse,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Longest answer of a provider.
const ANSWER_MAX: usize = 512 * 1024;
/// How long its description and keys are believed.
const LIFE: Duration = Duration::from_secs(600);
/// A key that is not among those known is looked for again, but not more often than this.
const AGAIN_MILLIS: Millis = 60_000;
/// Signatures that only the provider can make: neither "none" nor one by the secret that we share.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

type Described = Arc<(Millis, CoreProviderMetadata)>;

/// What single sign-on keeps at hand.
pub struct Providers {
    client: OnceLock<reqwest::Client>,
    local: AtomicBool,
    described: Cache<String, Described>,
    /// For a login in an account: by whose provider it was made, and whether the account's provider is its only way in.
    pub(crate) admitted: Known<(LoginId, AccountId), (Option<AccountId>, bool)>,
}

impl Providers {
    /// Nothing is known yet; what is forgotten here is forgotten by the other processes, too.
    pub(crate) fn new(out: &Outgoing) -> Providers {
        Providers {
            client: OnceLock::new(),
            local: AtomicBool::new(false),
            described: Cache::builder().max_capacity(1_000).time_to_live(LIFE).build(),
            admitted: Known::new(10_000).shared(out, Name::Admitted),
        }
    }

    /// Providers may be on this machine and without encryption: for tests, whose provider is their own.
    pub fn allow_local(&self) {
        self.local.store(true, Ordering::Relaxed);
    }

    fn is_local(&self) -> bool {
        self.local.load(Ordering::Relaxed)
    }
}

/// What a provider vouches for.
pub(super) struct Vouched {
    pub subject: String,
    pub email: Option<String>,
    pub verified: bool,
    pub name: String,
}

/// Why a provider's answer is of no use.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("not reached: {0}")]
    Unreachable(String),
    #[error("not valid: {0}")]
    Invalid(String),
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NoAnswer(String);

fn client(desk: &Desk) -> Result<&reqwest::Client> {
    if let Some(client) = desk.sso.client.get() {
        return Ok(client);
    }
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(15))
        .pool_max_idle_per_host(2);
    let builder = if desk.sso.is_local() { builder } else { builder.dns_resolver(Arc::new(PublicOnly)) };
    let client = builder.build().map_err(|e| Error::Other(e.to_string()))?;
    Ok(desk.sso.client.get_or_init(|| client))
}

/// One request to a provider.
async fn ask(desk: Desk, request: HttpRequest) -> std::result::Result<HttpResponse, NoAnswer> {
    let no = |e: &dyn std::fmt::Display| NoAnswer(e.to_string());
    allowed(&request.uri().to_string(), desk.sso.is_local()).ok_or_else(|| NoAnswer("the address may not be asked".into()))?;
    let request = reqwest::Request::try_from(request).map_err(|e| no(&e))?;
    let client = client(&desk).map_err(|e| no(&e))?;
    let mut response = client.execute(request).await.map_err(|e| no(&e.without_url()))?;
    let mut answer = openidconnect::http::Response::builder().status(response.status());
    for (name, value) in response.headers() {
        answer = answer.header(name, value);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| no(&e.without_url()))? {
        if body.len() + chunk.len() > ANSWER_MAX {
            return Err(NoAnswer("the answer is too long".into()));
        }
        body.extend_from_slice(&chunk);
    }
    answer.body(body).map_err(|e| no(&e))
}

/// How the provider describes itself, from memory when it was asked a moment ago.
async fn described(desk: &Desk, issuer: &str, anew: bool) -> std::result::Result<Described, Trouble> {
    if let Some(known) = desk.sso.described.get(issuer)
        && (!anew || desk.now() - known.0 < AGAIN_MILLIS)
    {
        return Ok(known);
    }
    let local = desk.sso.is_local();
    allowed(issuer, local).ok_or_else(|| Trouble::Unreachable("the address may not be asked".into()))?;
    let url = IssuerUrl::new(issuer.to_owned()).map_err(|e| Trouble::Unreachable(e.to_string()))?;
    let call = |request: HttpRequest| ask(desk.clone(), request);
    let found = CoreProviderMetadata::discover_async(url, &call).await.map_err(|e| Trouble::Unreachable(e.to_string()))?;
    // The person's browser is sent there, and the secret.
    let token = found.token_endpoint().map(|u| u.as_str()).unwrap_or_default();
    if allowed(found.authorization_endpoint().as_str(), local).is_none() || allowed(token, local).is_none() {
        return Err(Trouble::Unreachable("an address of the provider may not be asked".into()));
    }
    let found = Arc::new((desk.now(), found));
    desk.sso.described.insert(issuer.to_owned(), found.clone());
    Ok(found)
}

/// Whether the provider is there and describes itself.
pub(super) async fn is_there(desk: &Desk, issuer: &str) -> bool {
    match described(desk, issuer, true).await {
        Ok(_) => true,
        Err(e) => {
            tracing::info!(reason = %e, "an identity provider was not reached");
            false
        }
    }
}

/// To which providers send people back.
pub(super) fn callback(desk: &Desk) -> String {
    format!("{}/sso/callback", desk.settings.public_url)
}

/// Secrets of one sign-on: the first two go through the browser, the last never leaves us before its code does.
pub(super) struct Secrets {
    pub state: String,
    pub nonce: String,
    pub verifier: String,
}

/// Where a browser goes to say who it is.
pub(super) async fn authorize(desk: &Desk, row: &Row, secrets: &Secrets) -> std::result::Result<String, Trouble> {
    let described = described(desk, &row.issuer, false).await?;
    let redirect = RedirectUrl::new(callback(desk)).map_err(|e| Trouble::Invalid(e.to_string()))?;
    let client =
        CoreClient::from_provider_metadata(described.1.clone(), ClientId::new(row.client_id.clone()), None).set_redirect_uri(redirect);
    let (state, nonce) = (secrets.state.clone(), secrets.nonce.clone());
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(secrets.verifier.clone()));
    let (url, _, _) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || CsrfToken::new(state), move || Nonce::new(nonce))
        .add_scope(Scope::new("email".into()))
        .add_scope(Scope::new("profile".into()))
        .set_pkce_challenge(challenge)
        .url();
    Ok(url.into())
}

/// Gives the code back and reads what the provider vouches for.
pub(super) async fn redeem(
    desk: &Desk,
    row: &Row,
    secret: Option<String>,
    code: &str,
    secrets: &Secrets,
) -> std::result::Result<Vouched, Trouble> {
    let known = described(desk, &row.issuer, false).await?;
    let redirect = RedirectUrl::new(callback(desk)).map_err(|e| Trouble::Invalid(e.to_string()))?;
    let client =
        CoreClient::from_provider_metadata(known.1.clone(), ClientId::new(row.client_id.clone()), secret.clone().map(ClientSecret::new))
            .set_redirect_uri(redirect);
    let call = |request: HttpRequest| ask(desk.clone(), request);
    let exchange = client.exchange_code(AuthorizationCode::new(code.to_owned())).map_err(|e| Trouble::Invalid(e.to_string()))?;
    let answer = exchange.set_pkce_verifier(PkceCodeVerifier::new(secrets.verifier.clone())).request_async(&call).await;
    let answer = answer.map_err(|e| match e {
        openidconnect::RequestTokenError::Request(e) => Trouble::Unreachable(e.to_string()),
        e => Trouble::Invalid(e.to_string()),
    })?;
    let token = answer.id_token().ok_or_else(|| Trouble::Invalid("no id token came".into()))?;
    match verified(desk, row, &known.1, token, &secrets.nonce) {
        // Signed by a key that is new there.
        Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
            let anew = described(desk, &row.issuer, true).await?;
            verified(desk, row, &anew.1, token, &secrets.nonce)
        }
        other => other,
    }
    .map_err(|e| Trouble::Invalid(e.to_string()))
}

/// Signature, issuer, audience, time and nonce, in our time.
fn verified(
    desk: &Desk,
    row: &Row,
    provider: &CoreProviderMetadata,
    token: &CoreIdToken,
    nonce: &str,
) -> std::result::Result<Vouched, ClaimsVerificationError> {
    let now = chrono::DateTime::from_timestamp_millis(desk.now()).unwrap_or_default();
    let client = CoreClient::from_provider_metadata(provider.clone(), ClientId::new(row.client_id.clone()), None);
    let verifier = client.id_token_verifier().set_allowed_algs(SIGNATURES).set_time_fn(move || now);
    let claims = token.claims(&verifier, &Nonce::new(nonce.to_owned()))?;
    Ok(Vouched {
        subject: claims.subject().to_string(),
        email: claims.email().map(|e| e.to_string()),
        verified: claims.email_verified() == Some(true),
        name: claims.name().and_then(|n| n.get(None)).map(|n| n.to_string()).unwrap_or_default(),
    })
}
