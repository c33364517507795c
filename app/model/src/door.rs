//! How people come in, and prove that it is they.

use crate::words;
use serde::{Deserialize, Serialize};

words! {
    /// What asks for a code to the acting person first (AC-8).
    pub enum Dangerous {
        CompleteMany = "COMPLETE_MANY",
        ImportContacts = "IMPORT_CONTACTS",
        RemoveChannel = "REMOVE_CHANNEL",
        ActivatePaidApp = "ACTIVATE_PAID_APP",
    }
}

words! {
    /// How it is proved.
    pub enum StepUpWay {
        /// It was, less than five minutes ago.
        Granted = "GRANTED",
        Email = "EMAIL",
        WhatsApp = "WHATSAPP",
        /// The server cannot send codes.
        Password = "PASSWORD",
    }
}

/// What a dialog has to ask for before a dangerous act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepUpAsked {
    pub way: StepUpWay,
    /// Where the code went, in part.
    pub to: String,
    /// In how many seconds another may be asked for.
    pub resend_seconds: i64,
}

/// What the pages before the sign-in offer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorWays {
    /// Codes and links by e-mail.
    pub mail: bool,
    /// Codes to a phone.
    pub phone: bool,
    /// The documents that everybody accepts; none where none are asked for.
    #[serde(default)]
    pub terms: Option<Terms>,
}

/// What somebody who is signed in must do first; nothing else of the account answers them until then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldState {
    pub name: String,
    /// The documents are not accepted, or have a new version (AC-3).
    pub terms: Option<Terms>,
    /// The account demands a second factor (AC-7).
    pub second_factor: bool,
}

/// Documents that everybody accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub version: String,
    /// Of this version, such as `2026-11-01`; empty = not said.
    #[serde(default)]
    pub date: String,
    pub terms_url: String,
    pub privacy_url: String,
    /// The first time a code that is sent is asked for as well.
    pub code: bool,
}

/// My second factor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    pub on: bool,
    /// An account of mine demands it.
    pub required: bool,
    /// Recovery codes that are not used yet.
    pub recovery_left: i64,
}

/// What an app that makes the figures needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactorSetup {
    /// To be typed in, in base 32.
    pub secret: String,
    /// The same as a link.
    pub link: String,
    /// The link as a picture: the path of an SVG, and the side of its box.
    pub picture: String,
    pub side: i64,
}

/// Somebody who was asked to join and has not yet (US-3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Invitation {
    pub id: crate::InvitationId,
    pub email: String,
    pub name: String,
    pub role: crate::Role,
    /// Which one of the account's own.
    #[serde(default)]
    pub role_id: Option<crate::RoleId>,
    pub teams: Vec<crate::TeamLink>,
    pub sent_at: crate::Millis,
    pub expires_at: crate::Millis,
}

/// Whom an admin asks to join (US-1, US-2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InvitationDraft {
    pub email: String,
    #[serde(default)]
    pub name: String,
    pub role: Option<crate::Role>,
    /// Which one of the account's own.
    #[serde(default)]
    pub role_id: Option<crate::RoleId>,
    #[serde(default)]
    pub teams: Vec<crate::TeamLink>,
    pub language: Option<crate::Language>,
}

impl InvitationDraft {
    /// What the form and the server check.
    pub fn check(&self) -> Result<(), crate::Fault> {
        crate::Check::default()
            .email(&self.email, "email")
            .that(self.name.chars().count() <= crate::limit::NAME_MAX, "name", crate::Wrong::TooLong)
            .that(self.role.is_some(), "role", crate::Wrong::Required)
            .that(self.teams.len() <= crate::limit::PAGE_MAX as usize, "teams", crate::Wrong::TooMany)
            .done()
    }
}

/// An invitation that was made or sent again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InvitationSent {
    pub invitation: Invitation,
    /// To be handed over by who invites, where the server sends no letters; empty otherwise.
    pub link: String,
}

/// What who follows the link sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationSeen {
    pub account_name: String,
    pub email: String,
    pub name: String,
    /// The address has a Prosa user already: their password is asked for, not a new one.
    pub known: bool,
}

/// How they join (US-1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinDraft {
    /// Must be the invited one.
    pub email: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub nickname: String,
    #[serde(default)]
    pub phone: String,
    pub password: String,
}

impl JoinDraft {
    /// What the form and the server check; `known` people say the password they have.
    pub fn check(&self, known: bool) -> Result<(), crate::Fault> {
        let mut check = crate::Check::default();
        if known {
            return check.that(!self.password.is_empty(), "password", crate::Wrong::Required).done();
        }
        check
            .text(&self.name, "name", crate::limit::NAME_MAX)
            .that(self.nickname.chars().count() <= crate::limit::NAME_MAX, "nickname", crate::Wrong::TooLong)
            .that(self.phone.chars().count() <= 40, "phone", crate::Wrong::TooLong)
            .password(&self.password, "password")
            .done()
    }
}

/// Rules of the account about how people come in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorRules {
    /// Everybody has a second factor (AC-7).
    pub second_factor: bool,
    /// Codes go to phones by this channel and template, too.
    #[serde(default)]
    pub channel_id: Option<crate::ChannelId>,
    #[serde(default)]
    pub template_id: Option<crate::TemplateId>,
}
