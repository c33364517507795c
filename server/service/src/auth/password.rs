//! Passwords: argon2id, few at a time.

use crate::desk::Desk;
use crate::{Error, Result};
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use model::Fault;
use std::time::Duration;
use tokio::sync::SemaphorePermit;

/// Who waits longer for their turn is told that the server is busy.
const PATIENCE: Duration = Duration::from_secs(15);

/// Verified for unknown users, so that they take as long as known ones. Same cost as [`Argon2::default`]; no password has
/// this hash.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$cG9zaXRpdmVseSBub3QgdGhlIGhhc2ggb2YgYW55dGg";

/// A turn at the hash: there are two, each takes about 19 MiB.
pub(super) async fn turn(desk: &Desk) -> Result<SemaphorePermit<'_>> {
    let turn = tokio::time::timeout(PATIENCE, desk.hashing.acquire()).await.map_err(|_| Fault::Unavailable)?;
    turn.map_err(|e| Error::Other(e.to_string()))
}

/// Hashes a password with argon2id.
///
/// # Errors
/// [`Fault::Unavailable`] when too many wait for their turn.
pub async fn hash_password(desk: &Desk, password: String) -> Result<String> {
    let _turn = turn(desk).await?;
    let hash = tokio::task::spawn_blocking(move || Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string()));
    hash.await.map_err(|e| Error::Other(e.to_string()))?.map_err(|e| Error::Other(e.to_string()))
}

/// Whether the password has this hash; without a hash it takes as long and is wrong. The caller holds a turn.
pub(super) async fn is_right(_turn: &SemaphorePermit<'_>, password: String, hash: Option<String>) -> Result<bool> {
    let check = tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        verify(&password, hash.as_deref().unwrap_or(NOBODY)) && known
    });
    check.await.map_err(|e| Error::Other(e.to_string()))
}

fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::Params;

    #[test]
    fn ac_2_an_unknown_user_costs_what_a_known_one_costs() {
        let made = Argon2::default().hash_password(b"a password").unwrap().to_string();
        let cost = |hash: &str| {
            let parsed = PasswordHash::new(hash).unwrap();
            let params = Params::try_from(&parsed).unwrap();
            (parsed.algorithm.to_string(), params.m_cost(), params.t_cost(), params.p_cost(), parsed.hash.unwrap().as_bytes().len())
        };
        assert_eq!(cost(NOBODY), cost(&made));
        assert!(verify("a password", &made) && !verify("another", &made));
        assert!(!verify("", NOBODY) && !verify("positively not the hash of anyth", NOBODY));
    }
}
