//! The server's secret key and what is made with it: signed tokens, and secrets encrypted at rest.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// Keys derived from the one secret of the configuration, one per purpose.
pub struct Keys {
    sign: [u8; 32],
    seal: XChaCha20Poly1305,
}

impl Keys {
    /// Derives the keys.
    pub fn new(secret: &str) -> Keys {
        let derive = |purpose: &str| -> [u8; 32] { mac(secret.as_bytes(), purpose.as_bytes()) };
        Keys { sign: derive("sign/1"), seal: XChaCha20Poly1305::new(&derive("seal/1").into()) }
    }

    /// Signs `text` for `purpose`: `<text>.<signature>`. The text must not hold a dot.
    pub fn sign(&self, purpose: &str, text: &str) -> String {
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(self.signature(purpose, text)))
    }

    /// The text, when the signature is ours and for this purpose.
    pub fn open_signed<'t>(&self, purpose: &str, token: &'t str) -> Option<&'t str> {
        let (text, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.sign).ok()?;
        mac.update(purpose.as_bytes());
        mac.update(b"\0");
        mac.update(text.as_bytes());
        mac.verify_slice(&signature).ok().map(|()| text)
    }

    fn signature(&self, purpose: &str, text: &str) -> [u8; 32] {
        mac(&self.sign, [purpose.as_bytes(), b"\0", text.as_bytes()].concat().as_slice())
    }

    /// Encrypts a secret for the row named by `place`; it opens under the same place only.
    pub fn seal(&self, place: &str, plain: &str, nonce: [u8; 24]) -> Option<String> {
        let sealed = self.seal.encrypt(&XNonce::from(nonce), Payload { msg: plain.as_bytes(), aad: place.as_bytes() }).ok()?;
        Some(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Decrypts what [`Keys::seal`] made for the same place.
    pub fn unseal(&self, place: &str, sealed: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let nonce: [u8; 24] = bytes.get(..24)?.try_into().ok()?;
        let plain = self.seal.decrypt(&XNonce::from(nonce), Payload { msg: &bytes[24..], aad: place.as_bytes() }).ok()?;
        String::from_utf8(plain).ok()
    }
}

fn mac(key: &[u8], text: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length; the empty answer cannot happen and would only make signatures fail.
    Hmac::<Sha256>::new_from_slice(key).map_or([0; 32], |mut m| {
        m.update(text);
        m.finalize().into_bytes().into()
    })
}

/// Lowercase hex of SHA-256: how tokens are stored and bodies are told apart.
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    hex::encode(Sha256::digest(bytes.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_tokens_open_for_their_purpose_only() {
        let keys = Keys::new("k");
        let token = keys.sign("visitor", "c1:v2");
        assert_eq!(keys.open_signed("visitor", &token), Some("c1:v2"));
        assert_eq!(keys.open_signed("ticket", &token), None);
        assert_eq!(Keys::new("other").open_signed("visitor", &token), None);
        assert_eq!(keys.open_signed("visitor", &token.replace("v2", "v3")), None);
        assert_eq!(keys.open_signed("visitor", "x"), None);
    }

    #[test]
    fn sealed_secrets_open_in_their_place_only() {
        let keys = Keys::new("k");
        let sealed = keys.seal("channel:1", "token", [7; 24]).unwrap();
        assert!(!sealed.contains("token"));
        assert_eq!(keys.unseal("channel:1", &sealed).as_deref(), Some("token"));
        assert_eq!(keys.unseal("channel:2", &sealed), None);
        assert_eq!(Keys::new("other").unseal("channel:1", &sealed), None);
    }
}
