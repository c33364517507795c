//! Stickers.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::Message;

/// Messages with the stickers that I may send once more, the newest first.
#[server(protocol = Wire)]
pub async fn stickers() -> Answer<Vec<Message>> {
    Ok(service::message::stickers(&super::cx()?).await?)
}
