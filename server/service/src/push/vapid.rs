//! The server's own key, by which push services know it (RFC 8292). Made at first use, kept encrypted.

use crate::desk::Desk;
use crate::{Error, Result, args, sql_system};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use std::sync::Arc;

/// The name of the row, and the place under which the key is sealed.
const PLACE: &str = "vapid";
/// How long a token holds; services take a day at most.
const TOKEN_SECONDS: i64 = 12 * 3600;

/// The key pair.
pub struct Vapid {
    secret: SigningKey,
    /// The public key as browsers take it: the uncompressed point, base64url.
    pub public: String,
}

impl Vapid {
    fn new(secret: SigningKey) -> Vapid {
        let public = URL_SAFE_NO_PAD.encode(secret.verifying_key().to_encoded_point(false).as_bytes());
        Vapid { secret, public }
    }

    /// The `Authorization` of a request to a push service.
    pub fn authorization(&self, audience: &str, contact: &str, now: model::Millis) -> String {
        let claims = serde_json::json!({ "aud": audience, "exp": now / 1000 + TOKEN_SECONDS, "sub": contact });
        let part = |json: String| URL_SAFE_NO_PAD.encode(json);
        let signed = format!("{}.{}", part(r#"{"typ":"JWT","alg":"ES256"}"#.to_owned()), part(claims.to_string()));
        let signature: Signature = self.secret.sign(signed.as_bytes());
        format!("vapid t={signed}.{}, k={}", URL_SAFE_NO_PAD.encode(signature.to_bytes()), self.public)
    }
}

/// The server's key; the first one to ask makes it.
pub async fn key(desk: &Desk) -> Result<Arc<Vapid>> {
    desk.push.key.get_or_try_init(|| load(desk)).await.cloned()
}

async fn load(desk: &Desk) -> Result<Arc<Vapid>> {
    if let Some(key) = stored(desk).await? {
        return Ok(Arc::new(Vapid::new(key)));
    }
    let (mut secret, mut nonce) = ([0u8; 32], [0u8; 24]);
    // Nearly every number is a key; the few that are not are drawn again.
    while SigningKey::from_slice(&secret).is_err() {
        desk.seam.fill(&mut secret);
    }
    desk.seam.fill(&mut nonce);
    let sealed = desk
        .keys
        .seal(PLACE, &URL_SAFE_NO_PAD.encode(secret), nonce)
        .ok_or_else(|| Error::Other("the push key could not be sealed".into()))?;
    desk.db
        .run(sql_system!("insert into server_secret (name, sealed) values ($1, $2) on conflict (name) do nothing"), args![PLACE, sealed])
        .await?;
    // Another server may have been faster: the stored one counts.
    let key = stored(desk).await?.ok_or_else(|| Error::Other("the push key was not kept".into()))?;
    Ok(Arc::new(Vapid::new(key)))
}

async fn stored(desk: &Desk) -> Result<Option<SigningKey>> {
    let row: Option<(String,)> = desk.db.one(sql_system!("select sealed from server_secret where name = $1"), args![PLACE]).await?;
    let Some((sealed,)) = row else { return Ok(None) };
    let key = desk.keys.unseal(PLACE, &sealed).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let key = key.and_then(|bytes| SigningKey::from_slice(&bytes).ok());
    // A changed PROSA_SECRET_KEY: a new push key would leave every browser with a subscription that fails.
    key.map(Some).ok_or_else(|| Error::Other("the push key does not open: was the secret key changed?".into()))
}
