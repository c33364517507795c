//! How conversations end: reasons, what a conclusion says, and conclusions that happen by themselves.

use crate::{ChannelId, Check, Conversation, ConversationStatus, Fault, ReasonId, Seen, TeamId, Wrong, limit, words};
use serde::{Deserialize, Serialize};

words! {
    /// The four fixed kinds of reasons (CO-3).
    pub enum ReasonCategory {
        /// "Objetivo atingido".
        Won = "WON",
        /// "Objetivo perdido".
        Lost = "LOST",
        /// "Dúvidas".
        Info = "INFO",
        /// "Outro".
        Other = "OTHER",
    }
}

words! {
    /// What an account counts money in.
    pub enum Currency {
        Brl = "BRL", Usd = "USD", Eur = "EUR", Ars = "ARS", Bob = "BOB", Clp = "CLP", Cop = "COP", Mxn = "MXN", Pen = "PEN",
        Pyg = "PYG", Uyu = "UYU",
    }
}

impl Currency {
    /// Digits of its minor unit.
    pub fn digits(self) -> u32 {
        if matches!(self, Currency::Clp | Currency::Pyg) { 0 } else { 2 }
    }
}

/// An amount of money in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Money {
    /// In the currency's smallest unit, such as centavos.
    pub minor: i64,
    pub currency: Currency,
}

/// `123456` as `1.234,56`; `decimal` is the language's decimal mark.
pub fn amount_display(minor: i64, currency: Currency, decimal: char) -> String {
    let unit = 10u64.pow(currency.digits());
    let whole = (minor.unsigned_abs() / unit).to_string();
    let mut text = String::from(if minor < 0 { "-" } else { "" });
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            text.push(thousands(decimal));
        }
        text.push(digit);
    }
    if unit > 1 {
        text.push(decimal);
        text.push_str(&format!("{:0width$}", minor.unsigned_abs() % unit, width = currency.digits() as usize));
    }
    text
}

/// `1.234,56` as `123456`; none for whatever could mean something else: `1.23`, `1,2`, `12.34,56`.
pub fn amount_typed(text: &str, currency: Currency, decimal: char) -> Option<i64> {
    let (whole, part) = match text.trim().split_once(decimal) {
        Some((whole, part)) => (whole, Some(part)),
        None => (text.trim(), None),
    };
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if part.is_some_and(|p| !digits(p) || p.len() != currency.digits() as usize) {
        return None;
    }
    let mut groups = whole.split(thousands(decimal));
    let first = groups.next().filter(|f| digits(f))?;
    let rest: Vec<&str> = groups.collect();
    if !rest.is_empty() && (first.len() > 3 || rest.iter().any(|g| g.len() != 3 || !digits(g))) {
        return None;
    }
    let whole: i64 = format!("{first}{}", rest.concat()).parse().ok()?;
    let part: i64 = part.map_or(Some(0), |p| p.parse().ok())?;
    whole.checked_mul(10i64.pow(currency.digits()))?.checked_add(part).filter(|minor| *minor <= limit::AMOUNT_MAX)
}

fn thousands(decimal: char) -> char {
    if decimal == ',' { '.' } else { ',' }
}

/// Why conversations end; made by admins (CO-3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    pub id: ReasonId,
    pub description: String,
    pub category: ReasonCategory,
    /// An amount is asked with it.
    pub has_monetary_value: bool,
    /// Only for this team's conversations; none = for all (CO-5).
    pub team_id: Option<TeamId>,
    /// False: no longer offered; conversations keep it (CO-5).
    pub active: bool,
}

impl Reason {
    /// Whether it can be chosen for a conversation of the team.
    pub fn fits(&self, team: TeamId) -> bool {
        self.active && self.team_id.is_none_or(|own| own == team)
    }
}

/// What an admin types to create or change a reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReasonDraft {
    /// `None` creates.
    pub id: Option<ReasonId>,
    pub description: String,
    pub category: ReasonCategory,
    pub has_monetary_value: bool,
    pub team_id: Option<TeamId>,
    pub active: bool,
}

impl ReasonDraft {
    /// What the form and the server check.
    pub fn check(&self) -> Result<(), Fault> {
        Check::default().text(&self.description, "description", limit::NAME_MAX).done()
    }
}

/// What a concluded conversation is classified as: the reason as it was then, so that history stays what it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Classification {
    pub reason_id: ReasonId,
    pub category: ReasonCategory,
    pub description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// How the account concludes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosingSettings {
    /// Conclusions can be classified at all (CO-2).
    pub classify: bool,
    /// Nothing is concluded without a reason (CO-5).
    pub classify_required: bool,
    /// Agents may leave the closing message out (CO-6); admins always may.
    pub may_skip_message: bool,
    pub currency: Currency,
}

impl ClosingSettings {
    /// Whether a conclusion must have a reason.
    pub fn requires_reason(&self) -> bool {
        self.classify && self.classify_required
    }
}

/// How a conversation is concluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConcludeDraft {
    /// Without the closing message.
    #[serde(default)]
    pub silent: bool,
    #[serde(default)]
    pub reason_id: Option<ReasonId>,
    /// In minor units of the account's currency; with a reason that asks for it.
    #[serde(default)]
    pub amount_minor: Option<i64>,
}

impl ConcludeDraft {
    /// Without the closing message and without a reason.
    pub fn silent() -> ConcludeDraft {
        ConcludeDraft { silent: true, ..ConcludeDraft::default() }
    }
}

impl Conversation {
    /// Whether its classification may be changed: by who concluded it, and by admins (CO-4).
    pub fn may_classify(&self, seen: &Seen) -> bool {
        self.status == ConversationStatus::Completed && seen.sees(&self.access()) && (seen.all || self.closed_by == Some(seen.me))
    }
}

/// What happens by itself when nobody answers: who serves owes the answer, or the contact does and the conversation closes
/// (AU-1, AU-2). For the account, or instead of that for a team or a channel; the channel's goes before the team's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoClose {
    pub team_id: Option<TeamId>,
    pub channel_id: Option<ChannelId>,
    /// It closes; the reminder and the return do not depend on that.
    pub enabled: bool,
    /// From our last message on, while the contact owes the answer (AU-2).
    pub idle_minutes: i64,
    /// How long before the closing the warning goes out; 0 = no warning.
    pub warn_minutes: i64,
    #[serde(default)]
    pub warn_text: String,
    /// Empty = nothing is sent.
    #[serde(default)]
    pub closing_text: String,
    /// Applied by itself.
    pub reason_id: Option<ReasonId>,
    /// Nothing happens outside of business hours (AU-5), and what we owe counts open time alone.
    #[serde(default)]
    pub in_hours: bool,
    /// How long we may owe the contact an answer until who serves it is reminded (AU-2); 0 = never.
    #[serde(default)]
    pub remind_minutes: i64,
    /// The same until the conversation returns to its team's queue; 0 = never.
    #[serde(default)]
    pub return_minutes: i64,
}

impl Default for AutoClose {
    fn default() -> Self {
        AutoClose {
            team_id: None,
            channel_id: None,
            enabled: false,
            idle_minutes: 24 * 60,
            warn_minutes: 0,
            warn_text: String::new(),
            closing_text: String::new(),
            reason_id: None,
            in_hours: true,
            remind_minutes: 0,
            return_minutes: 0,
        }
    }
}

impl AutoClose {
    /// What the form and the server check; whether the reason fits is checked by the server alone.
    pub fn check(&self) -> Result<(), Fault> {
        let mut check = Check::default();
        check
            .that((limit::IDLE_MINUTES_MIN..=limit::IDLE_MINUTES_MAX).contains(&self.idle_minutes), "idle_minutes", Wrong::NotAllowed)
            .that(self.team_id.is_none() || self.channel_id.is_none(), "channel_id", Wrong::NotAllowed)
            .that((0..=limit::OWED_MINUTES_MAX).contains(&self.remind_minutes), "remind_minutes", Wrong::NotAllowed)
            // Who is to be reminded must be so before they lose it.
            .that(
                self.return_minutes == 0 || self.return_minutes > self.remind_minutes && self.return_minutes <= limit::OWED_MINUTES_MAX,
                "return_minutes",
                Wrong::NotAllowed,
            )
            .that(self.warn_text.chars().count() <= limit::CLOSING_TEXT_MAX, "warn_text", Wrong::TooLong)
            .that(self.closing_text.chars().count() <= limit::CLOSING_TEXT_MAX, "closing_text", Wrong::TooLong);
        if self.warn_minutes != 0 {
            check.that(self.warn_minutes > 0 && self.warn_minutes < self.idle_minutes, "warn_minutes", Wrong::NotAllowed).that(
                !self.warn_text.trim().is_empty(),
                "warn_text",
                Wrong::Required,
            );
        }
        check.done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn co_3_amounts_are_read_strictly_in_brazilian_writing() {
        let typed = |text| amount_typed(text, Currency::Brl, ',');
        for (text, minor) in
            [("1.234,56", 123_456), ("1234,56", 123_456), ("0,05", 5), (" 12 ", 1200), ("1.000.000", 100_000_000), ("0", 0)]
        {
            assert_eq!(typed(text), Some(minor), "{text}");
        }
        for text in [
            "",
            ",",
            "1,2",
            "1,234",
            "1.23",
            "12.34,56",
            "1.2345",
            ".123",
            "1..234",
            "-1",
            "1e3",
            "1 234",
            "R$ 1",
            "1,23,45",
            "9999999999999999999",
        ] {
            assert_eq!(typed(text), None, "{text}");
        }
        assert_eq!(amount_typed("1,234.56", Currency::Usd, '.'), Some(123_456));
        assert_eq!(amount_typed("1.234", Currency::Clp, ','), Some(1234));
        assert_eq!(amount_typed("1,2", Currency::Clp, ','), None);
        assert_eq!(amount_display(123_456, Currency::Brl, ','), "1.234,56");
        assert_eq!(amount_display(-5, Currency::Brl, ','), "-0,05");
        assert_eq!(amount_display(1_234_567, Currency::Pyg, ','), "1.234.567");
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(minor in 0..=limit::AMOUNT_MAX, which in 0..Currency::ALL.len(), english in any::<bool>()) {
            let (currency, decimal) = (Currency::ALL[which], if english { '.' } else { ',' });
            prop_assert_eq!(amount_typed(&amount_display(minor, currency, decimal), currency, decimal), Some(minor));
        }
    }

    #[test]
    fn au_1_idle_time_is_from_five_minutes_to_thirty_days() {
        let rule = |idle_minutes| AutoClose { idle_minutes, ..AutoClose::default() };
        assert!(rule(4).check().is_err() && rule(5).check().is_ok());
        assert!(rule(30 * 24 * 60).check().is_ok() && rule(30 * 24 * 60 + 1).check().is_err());
        let warned = |warn_minutes, text: &str| AutoClose { warn_minutes, warn_text: text.into(), ..rule(60) }.check().is_ok();
        assert!(warned(10, "ainda aí?") && !warned(10, " ") && !warned(60, "x") && !warned(-1, "x"));
    }

    #[test]
    fn au_2_reminder_and_return_are_off_or_within_thirty_days_and_in_this_order() {
        let fault = |remind_minutes, return_minutes| AutoClose { remind_minutes, return_minutes, ..AutoClose::default() }.check().err();
        let longest = limit::OWED_MINUTES_MAX;
        for (remind, give_back) in [(0, 0), (1, 0), (longest, 0), (0, 1), (0, longest), (1, 2), (longest - 1, longest)] {
            assert_eq!(fault(remind, give_back), None, "{remind} {give_back}");
        }
        for remind in [-1, longest + 1, i64::MIN, i64::MAX] {
            assert_eq!(fault(remind, 0), Some(Fault::field("remind_minutes", Wrong::NotAllowed)), "{remind}");
        }
        for (remind, give_back) in [(0, -1), (0, longest + 1), (0, i64::MAX), (5, 5), (5, 4), (longest, longest)] {
            assert_eq!(fault(remind, give_back), Some(Fault::field("return_minutes", Wrong::NotAllowed)), "{remind} {give_back}");
        }
    }
}
