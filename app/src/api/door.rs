//! How people come in, and prove that it is they.

use super::{Answer, Wire};
use leptos::prelude::*;
use model::*;

/// Sends me a code before something dangerous, or says what else is asked for (AC-8).
#[server(protocol = Wire)]
pub async fn ask_step_up(action: Dangerous, language: Language) -> Answer<StepUpAsked> {
    Ok(service::auth::ask_step_up(&super::cx()?, action, language).await?)
}

/// What the pages before the sign-in offer; for everybody.
#[server(protocol = Wire)]
pub async fn ways() -> Answer<DoorWays> {
    Ok(service::auth::ways(&super::desk()?).await?)
}

/// Sends a code to sign in; known and unknown addresses are answered alike (AC-1, AC-2).
#[server(protocol = Wire)]
pub async fn ask_code(who: String, language: Language) -> Answer<i64> {
    Ok(service::auth::ask_code(&super::desk()?, &who, language, &super::visitor()).await?)
}

/// Signs in by that code.
#[server(protocol = Wire)]
pub async fn sign_in_by_code(who: String, code: String) -> Answer<()> {
    let signed_in = service::auth::sign_in_by_code(&super::desk()?, &who, &code, &super::visitor()).await?;
    super::set_cookie(&signed_in.cookie);
    Ok(())
}

/// Signs in with the second factor, after the first (AC-7).
#[server(protocol = Wire)]
pub async fn second_factor(ticket: String, code: String) -> Answer<()> {
    let signed_in = service::auth::second_factor(&super::desk()?, &ticket, &code, &super::visitor()).await?;
    super::set_cookie(&signed_in.cookie);
    Ok(())
}

/// Sends a link for a new password; known and unknown addresses are answered alike.
#[server(protocol = Wire)]
pub async fn ask_reset(email: String, language: Language) -> Answer<()> {
    Ok(service::auth::ask_reset(&super::desk()?, &email, language, &super::visitor()).await?)
}

/// Whether such a link still works.
#[server(protocol = Wire)]
pub async fn is_reset_open(token: String) -> Answer<bool> {
    Ok(service::auth::is_reset_open(&super::desk()?, &token).await?)
}

/// Sets a new password by the link.
#[server(protocol = Wire)]
pub async fn reset_password(token: String, password: String, language: Language) -> Answer<()> {
    Ok(service::auth::reset_password(&super::desk()?, &token, &password, language).await?)
}

/// What the page of an invitation shows.
#[server(protocol = Wire)]
pub async fn see_invitation(token: String) -> Answer<InvitationSeen> {
    Ok(service::auth::see_invitation(&super::desk()?, &token).await?)
}

/// Joins by an invitation (US-1).
#[server(protocol = Wire)]
pub async fn join(token: String, draft: JoinDraft) -> Answer<()> {
    let signed_in = service::auth::join(&super::desk()?, &token, draft, &super::visitor()).await?;
    super::set_cookie(&signed_in.cookie);
    Ok(())
}

/// What I must do before anything else.
#[server(protocol = Wire)]
pub async fn held_state() -> Answer<model::HeldState> {
    Ok(service::auth::held_state(&super::held_cx()?).await?)
}

/// Sends the code with which I accept the documents the first time (AC-3).
#[server(protocol = Wire)]
pub async fn ask_terms_code(language: Language) -> Answer<i64> {
    Ok(service::auth::ask_terms_code(&super::held_cx()?, language).await?)
}

/// Accepts the documents in this version.
#[server(protocol = Wire)]
pub async fn accept_terms(version: String, code: String) -> Answer<()> {
    Ok(service::auth::accept_terms(&super::held_cx()?, &version, &code).await?)
}

/// How my second factor stands.
#[server(protocol = Wire)]
pub async fn factor_state() -> Answer<model::SecondFactor> {
    Ok(service::auth::factor_state(&super::cx()?).await?)
}

/// A new secret for my app.
#[server(protocol = Wire)]
pub async fn begin_factor() -> Answer<FactorSetup> {
    Ok(service::auth::begin_factor(&super::held_cx()?).await?)
}

/// Puts it in force; answers the recovery codes.
#[server(protocol = Wire)]
pub async fn confirm_factor(code: String) -> Answer<Vec<String>> {
    Ok(service::auth::confirm_factor(&super::held_cx()?, &code).await?)
}

/// New recovery codes in place of the old ones.
#[server(protocol = Wire)]
pub async fn new_recovery_codes(code: String) -> Answer<Vec<String>> {
    Ok(service::auth::new_recovery_codes(&super::cx()?, &code).await?)
}

/// Goes back to one factor.
#[server(protocol = Wire)]
pub async fn end_factor(code: String) -> Answer<()> {
    Ok(service::auth::end_factor(&super::cx()?, &code).await?)
}

/// Takes away another's lost second factor; admins only.
#[server(protocol = Wire)]
pub async fn reset_factor(user_id: UserId, language: Language) -> Answer<()> {
    Ok(service::auth::reset_factor(&super::cx()?, user_id, language).await?)
}

/// Sets a new password of my own by the old one.
#[server(protocol = Wire)]
pub async fn change_password(old: String, password: String, language: Language) -> Answer<()> {
    Ok(service::auth::change_password(&super::cx()?, &old, &password, language).await?)
}

/// Who was asked to join and has not yet; admins only, as all that follows.
#[server(protocol = Wire)]
pub async fn invitations() -> Answer<Vec<Invitation>> {
    Ok(service::auth::invitations(&super::cx()?).await?)
}

/// Asks somebody to join (US-1, US-2).
#[server(protocol = Wire)]
pub async fn invite(draft: InvitationDraft) -> Answer<InvitationSent> {
    Ok(service::auth::invite(&super::cx()?, draft).await?)
}

/// Sends an invitation again, with a new link (US-3).
#[server(protocol = Wire)]
pub async fn resend_invitation(id: InvitationId) -> Answer<InvitationSent> {
    Ok(service::auth::resend_invitation(&super::cx()?, id).await?)
}

/// Takes an invitation back (US-3).
#[server(protocol = Wire)]
pub async fn cancel_invitation(id: InvitationId) -> Answer<()> {
    Ok(service::auth::cancel_invitation(&super::cx()?, id).await?)
}

/// How the account's people come in.
#[server(protocol = Wire)]
pub async fn door_rules() -> Answer<model::DoorRules> {
    Ok(service::auth::door_rules(&super::cx()?).await?)
}

/// Changes that.
#[server(protocol = Wire)]
pub async fn save_door_rules(draft: model::DoorRules) -> Answer<model::DoorRules> {
    Ok(service::auth::save_door_rules(&super::cx()?, draft).await?)
}
