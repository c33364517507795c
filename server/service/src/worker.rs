//! The loop of a background worker.

use crate::{Desk, Result};
use std::time::Duration;
use tokio::sync::Notify;

/// Takes turns until the server stops: at once while a turn found something to do, else when it is woken or after a pause.
/// A failed turn is logged and tried again: a second later by a worker that is woken, after its pause by one that is not.
pub(crate) async fn until_stopped(
    desk: &Desk,
    what: &str,
    wake: Option<&Notify>,
    pause: Duration,
    turn: impl AsyncFn(&Desk) -> Result<usize>,
) {
    while !desk.is_stopping() {
        match (turn(desk).await, wake) {
            (Ok(0), Some(wake)) => {
                let _ = tokio::time::timeout(pause, wake.notified()).await;
            }
            (Ok(0), None) => tokio::time::sleep(pause).await,
            (Ok(_), _) => {}
            (Err(e), _) => {
                tracing::error!(error = %e, "{what} stumbled");
                tokio::time::sleep(if wake.is_some() { Duration::from_secs(1) } else { pause }).await;
            }
        }
    }
}
