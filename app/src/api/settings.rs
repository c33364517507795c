//! Settings: account, members, teams, channels. Admins only, except where it says otherwise.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// Members of the account, past ones included; every member may read it.
#[server(protocol = Wire)]
pub async fn members() -> Answer<Vec<Member>> {
    Ok(service::people::members(&super::cx()?).await?)
}

/// Creates or changes a member; answers the member as stored.
#[server(protocol = Wire)]
pub async fn save_member(draft: MemberDraft) -> Answer<Member> {
    Ok(service::people::save_member(&super::cx()?, draft).await?)
}

/// Teams of the account; every member may read it.
#[server(protocol = Wire)]
pub async fn teams() -> Answer<Vec<Team>> {
    Ok(service::people::teams(&super::cx()?).await?)
}

/// Creates or changes a team; a new default takes the mark from the old one (TE-2). `seen` is the version that was changed.
#[server(protocol = Wire)]
pub async fn save_team(draft: TeamDraft, seen: Option<i64>) -> Answer<Team> {
    Ok(service::people::save_team_seen(&super::cx()?, draft, seen).await?)
}

/// The account with its closing message.
#[server(protocol = Wire)]
pub async fn account() -> Answer<model::Account> {
    Ok(service::people::account(&super::cx()?).await?)
}

/// Changes the account.
#[server(protocol = Wire)]
pub async fn save_account(draft: AccountDraft) -> Answer<model::Account> {
    Ok(service::people::save_account(&super::cx()?, draft).await?)
}

/// Changes the safety delay (TS-1).
#[server(protocol = Wire)]
pub async fn save_delay(draft: SafetyDelay) -> Answer<model::Account> {
    Ok(service::delay::save(&super::cx()?, draft).await?)
}

/// Channels with their settings, secrets left out.
#[server(protocol = Wire)]
pub async fn channel_forms() -> Answer<Vec<ChannelForm>> {
    Ok(service::channels::forms(&super::cx()?).await?)
}

/// Connects or changes a channel.
#[server(protocol = Wire)]
pub async fn save_channel(draft: ChannelDraft) -> Answer<ChannelForm> {
    Ok(service::channels::save(&super::cx()?, draft).await?)
}

/// Asks the network whether the channel works, and resumes its queue when it does; answers the number's name.
#[server(protocol = Wire)]
pub async fn probe_channel(id: ChannelId) -> Answer<String> {
    Ok(service::channels::probe(&super::cx()?, id).await?)
}

/// What contacts see of the company on a channel (PR-4), as the network has it now.
#[server(protocol = Wire)]
pub async fn channel_profile(id: ChannelId) -> Answer<BusinessProfile> {
    Ok(service::channels::profile(&super::cx()?, id).await?)
}

/// Changes those fields of it that the draft names.
#[server(protocol = Wire)]
pub async fn save_channel_profile(id: ChannelId, draft: BusinessProfileDraft) -> Answer<BusinessProfile> {
    Ok(service::channels::save_profile(&super::cx()?, id, draft).await?)
}

/// Switches parts of the product on and off (CI-1).
#[server(protocol = Wire)]
pub async fn save_features(draft: Features) -> Answer<model::Account> {
    Ok(service::feature::save(&super::cx()?, draft).await?)
}
