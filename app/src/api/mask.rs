//! What of contacts is hidden from whom.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// The switches of every role; admins only (SV-1).
#[server(protocol = Wire)]
pub async fn mask_rules() -> Answer<Vec<MaskRule>> {
    Ok(service::mask::rules(&super::cx()?).await?)
}

/// Changes them; answers all.
#[server(protocol = Wire)]
pub async fn save_masks(rules: Vec<MaskRule>) -> Answer<Vec<MaskRule>> {
    Ok(service::mask::save(&super::cx()?, &rules).await?)
}

/// Shows what is hidden from me of a contact; who asked and why is kept (SV-4).
#[server(protocol = Wire)]
pub async fn reveal(draft: RevealDraft) -> Answer<Revealed> {
    Ok(service::mask::reveal(&super::cx()?, &draft).await?)
}
