//! Everything that can go wrong, in words that a person understands.
//!
//! A fault travels as JSON with its `code`; screens translate it, the REST API answers its English sentence. Causes
//! (SQL, network) never travel: they are logged where they become [`Fault::Internal`], under the same reference.

use crate::{ConversationId, Dangerous, FileWhy, UserId, json::tagged};
use serde::{Deserialize, Serialize};

tagged! { "code":
    /// A refusal or failure.
    #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
    pub enum Fault {
        #[error("Sign in first.")]
        SignedOut,
        #[error("The e-mail or the password is not right.")]
        BadCredentials,
        /// The first factor was right; the ticket goes with the second (AC-7).
        #[error("Enter the code of your second factor.")]
        SecondFactor { ticket: String },
        #[error("Too many tries. Try again in {seconds} seconds.")]
        Throttled { seconds: i64 },
        #[error("You may not do this.")]
        Forbidden,
        /// Also for what exists but is not visible (VI-3).
        #[error("This does not exist, or you cannot see it.")]
        Missing,
        #[error("The set-up is finished already.")]
        SetupClosed,
        /// Wrong input, field by field.
        #[error("Some fields are not right: {}.", names(.fields))]
        Invalid { fields: Vec<FieldFault> },
        /// SM-11.
        #[error("{name} has already taken this conversation.")]
        AlreadyAssumed { user_id: UserId, name: String },
        /// AS-4.
        #[error("Only the team's agents may take this conversation.")]
        NotYourTeam,
        /// The conversation is not in a state that allows this.
        #[error("The conversation has changed in the meantime.")]
        WrongState,
        #[error("Take the conversation first to write in it.")]
        NotAssignee,
        /// The account lets nobody else answer.
        #[error("Only who serves the conversation answers in it. Take it over first.")]
        OnlyAssignee,
        /// BW-3.
        #[error("The 24-hour window is closed. Send a template.")]
        WindowClosed,
        /// RE-4: another template must have the category of the one that waits.
        #[error("A template of the category {category} waits for an answer. Another one must have the same category.")]
        CategoryMismatch { category: String },
        #[error("The template is not approved or does not exist on this channel.")]
        TemplateMissing,
        #[error("The template needs values for: {}.", .keys.join(", "))]
        TemplateValues { keys: Vec<String> },
        /// RE-5 and channels that cannot be written to first.
        #[error("A conversation cannot be started on this channel.")]
        CannotStart,
        /// IN-5.
        #[error("The contact is being served by {name} ({team}).")]
        ServedBy { name: String, team: String },
        /// IN-5, when the asker may see it.
        #[error("The contact already has an open conversation.")]
        AlreadyOpen { conversation_id: ConversationId },
        #[error("The contact is blocked.")]
        ContactBlocked,
        #[error("Too many messages wait for the contact's answer already.")]
        TooManyWaiting,
        #[error("The person is in several teams. Choose one.")]
        ChooseTeam,
        /// TR-4.
        #[error("This person cannot take conversations now.")]
        PersonUnavailable,
        /// TR-4: for admins, who may confirm it.
        #[error("This person is marked as unavailable. Confirm to hand it over all the same.")]
        PersonAbsent,
        /// TR-4.
        #[error("The conversation is already there.")]
        SameTarget,
        /// CO-5.
        #[error("Choose a reason for concluding.")]
        ReasonRequired,
        #[error("It is in use. Deactivate it instead.")]
        ReasonInUse,
        /// US-6.
        #[error("An account needs at least one admin.")]
        LastAdmin,
        /// US-4, TE-4.
        #[error("{count} open conversations are still there. Say what becomes of them.")]
        OpenLeft { count: i64 },
        /// CP-6.
        #[error("Somebody else changed this in the meantime.")]
        Conflict,
        /// What would be deleted is used so many times (CP-4).
        #[error("This is in use ({count}). Confirm to delete it all the same.")]
        InUse { count: i64 },
        /// NX-2, NX-3.
        #[error("This cannot be merged or undone ({}).", .why.word().replace('_', " "))]
        NotMerged { why: crate::MergeWhy },
        #[error("The channel is not connected.")]
        ChannelDown,
        /// HP-3.
        #[error("This part of the product is switched off ({module}).")]
        ModuleOff { module: crate::Module },
        #[error("This person is no longer in the account.")]
        ColleagueGone,
        /// MD-1.
        #[error("The file is too large: {megabytes} MB are the most. Compress it, or split it.")]
        FileTooLarge { megabytes: i64 },
        #[error("The file is empty.")]
        FileEmpty,
        /// MD-6 and what cannot be shown.
        #[error("The file was not taken ({}).", .why.word().replace('_', " "))]
        FileRefused { why: FileWhy },
        /// The account's quota is used up.
        #[error("The account's space for files is used up.")]
        FilesFull,
        #[error("Too many requests. Try again in {seconds} seconds.")]
        RateLimited { seconds: i64 },
        /// TS-3.
        #[error("The message has left already and cannot be taken back.")]
        AlreadyLeft,
        /// MS-2.
        #[error("Templates, notes and messages that have not left cannot be deleted for oneself.")]
        NotDeletable,
        /// MS-3: the network cannot change what was sent.
        #[error("Messages of this channel cannot be changed.")]
        NotEditable,
        /// MS-3.
        #[error("A message can be changed within 15 minutes only.")]
        EditOver,
        #[error("This key was used for something else.")]
        KeyReused,
        /// AC-8.
        #[error("Confirm first that it is you ({action}).")]
        StepUp { action: Dangerous },
        #[error("The message could not be sent. Look at the server's settings for e-mail.")]
        NotDelivered,
        /// US-5.
        #[error("The account has room for {max} people, invitations included.")]
        TooManyUsers { max: i64 },
        #[error("The server is busy or restarting. Nothing was lost; try again.")]
        Unavailable,
        /// The reference is in the server's log.
        #[error("Something went wrong on our side (reference {reference}).")]
        Internal { reference: String },
        /// The browser could not reach the server.
        #[error("No connection to the server.")]
        Offline,
    }
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldFault {
    /// The draft's field name.
    pub field: String,
    pub wrong: Wrong,
}

crate::words! {
    /// How a field is wrong.
    pub enum Wrong {
        Required = "required",
        TooShort = "too_short",
        TooLong = "too_long",
        Taken = "taken",
        NotAnEmail = "not_an_email",
        NotAPhone = "not_a_phone",
        NotATimeZone = "not_a_time_zone",
        NotAnOrigin = "not_an_origin",
        NotRight = "not_right",
        /// Wrong, used, too old, or tried too often: which of it is not said (AC-2).
        NotTheCode = "not_the_code",
        NotAnAmount = "not_an_amount",
        NotAllowed = "not_allowed",
        Unknown = "unknown",
        NotANumber = "not_a_number",
        NotADate = "not_a_date",
        NotATime = "not_a_time",
        TooMany = "too_many",
        /// Of periods: one begins before another has ended.
        Overlap = "overlap",
        EndBeforeStart = "end_before_start",
    }
}

fn names(fields: &[FieldFault]) -> String {
    fields.iter().map(|f| format!("{} ({})", f.field, f.wrong.word().replace('_', " "))).collect::<Vec<_>>().join(", ")
}

impl Fault {
    /// One wrong field.
    pub fn field(field: &str, wrong: Wrong) -> Fault {
        Fault::Invalid { fields: vec![FieldFault { field: field.to_owned(), wrong }] }
    }

    /// The `code` of the JSON form.
    pub fn code(&self) -> &'static str {
        use Fault::*;
        match self {
            SignedOut => "signed_out",
            BadCredentials => "bad_credentials",
            SecondFactor { .. } => "second_factor",
            Throttled { .. } => "throttled",
            Forbidden => "forbidden",
            Missing => "missing",
            SetupClosed => "setup_closed",
            Invalid { .. } => "invalid",
            AlreadyAssumed { .. } => "already_assumed",
            NotYourTeam => "not_your_team",
            WrongState => "wrong_state",
            NotAssignee => "not_assignee",
            OnlyAssignee => "only_assignee",
            WindowClosed => "window_closed",
            CategoryMismatch { .. } => "category_mismatch",
            TemplateMissing => "template_missing",
            TemplateValues { .. } => "template_values",
            CannotStart => "cannot_start",
            ServedBy { .. } => "served_by",
            AlreadyOpen { .. } => "already_open",
            ContactBlocked => "contact_blocked",
            TooManyWaiting => "too_many_waiting",
            ChooseTeam => "choose_team",
            PersonUnavailable => "person_unavailable",
            PersonAbsent => "person_absent",
            SameTarget => "same_target",
            ReasonRequired => "reason_required",
            ReasonInUse => "reason_in_use",
            LastAdmin => "last_admin",
            OpenLeft { .. } => "open_left",
            Conflict => "conflict",
            InUse { .. } => "in_use",
            ChannelDown => "channel_down",
            ModuleOff { .. } => "module_off",
            ColleagueGone => "colleague_gone",
            FileTooLarge { .. } => "file_too_large",
            FileEmpty => "file_empty",
            FileRefused { .. } => "file_refused",
            NotMerged { .. } => "not_merged",
            FilesFull => "files_full",
            RateLimited { .. } => "rate_limited",
            AlreadyLeft => "already_left",
            NotDeletable => "not_deletable",
            NotEditable => "not_editable",
            EditOver => "edit_over",
            KeyReused => "key_reused",
            StepUp { .. } => "step_up",
            NotDelivered => "not_delivered",
            TooManyUsers { .. } => "too_many_users",
            Unavailable => "unavailable",
            Internal { .. } => "internal",
            Offline => "offline",
        }
    }

    /// The HTTP status with which it is answered.
    pub fn status(&self) -> u16 {
        use Fault::*;
        match self {
            SignedOut | BadCredentials | SecondFactor { .. } => 401,
            Forbidden | NotYourTeam | NotAssignee | OnlyAssignee | StepUp { .. } => 403,
            Missing => 404,
            Throttled { .. } | RateLimited { .. } | TooManyWaiting => 429,
            Invalid { .. } | TemplateValues { .. } | ChooseTeam | ReasonRequired | FileEmpty | FileRefused { .. } => 422,
            FileTooLarge { .. } => 413,
            FilesFull => 507,
            SetupClosed
            | AlreadyAssumed { .. }
            | WrongState
            | WindowClosed
            | CategoryMismatch { .. }
            | TemplateMissing
            | CannotStart
            | ServedBy { .. }
            | AlreadyOpen { .. }
            | ContactBlocked
            | PersonUnavailable
            | PersonAbsent
            | SameTarget
            | ReasonInUse
            | LastAdmin
            | OpenLeft { .. }
            | Conflict
            | InUse { .. }
            | NotMerged { .. }
            | ChannelDown
            | AlreadyLeft
            | NotDeletable
            | NotEditable
            | EditOver
            | ModuleOff { .. }
            | ColleagueGone
            | TooManyUsers { .. }
            | NotDelivered
            | KeyReused => 409,
            Unavailable | Offline => 503,
            Internal { .. } => 500,
        }
    }
}

/// Collects what is wrong with a draft.
#[derive(Default)]
pub struct Check(Vec<FieldFault>);

impl Check {
    /// Notes a fault of `field` unless `ok`.
    pub fn that(&mut self, ok: bool, field: &str, wrong: Wrong) -> &mut Self {
        if !ok && !self.0.iter().any(|f| f.field == field) {
            self.0.push(FieldFault { field: field.to_owned(), wrong });
        }
        self
    }

    /// A text that must be there and have at most `max` characters.
    pub fn text(&mut self, value: &str, field: &str, max: usize) -> &mut Self {
        self.that(!value.trim().is_empty(), field, Wrong::Required).that(value.chars().count() <= max, field, Wrong::TooLong)
    }

    /// An e-mail address, roughly: the server only needs something to sign in with.
    pub fn email(&mut self, value: &str, field: &str) -> &mut Self {
        let v = value.trim();
        let ok = v.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.len() > 2 && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
        }) && !v.contains(char::is_whitespace)
            && v.matches('@').count() == 1;
        self.text(value, field, 254).that(ok, field, Wrong::NotAnEmail)
    }

    /// A new password.
    pub fn password(&mut self, value: &str, field: &str) -> &mut Self {
        let n = value.chars().count();
        self.that(n >= crate::limit::PASSWORD_MIN, field, Wrong::TooShort).that(n <= crate::limit::PASSWORD_MAX, field, Wrong::TooLong)
    }

    /// All faults, or fine.
    pub fn done(&mut self) -> Result<(), Fault> {
        if self.0.is_empty() { Ok(()) } else { Err(Fault::Invalid { fields: std::mem::take(&mut self.0) }) }
    }
}

impl crate::SetupDraft {
    /// What the form and the server check; the time zone's name is checked by the server alone.
    pub fn check(&self) -> Result<(), Fault> {
        Check::default()
            .text(&self.account_name, "account_name", crate::limit::NAME_MAX)
            .text(&self.time_zone, "time_zone", 64)
            .text(&self.name, "name", crate::limit::NAME_MAX)
            .email(&self.email, "email")
            .password(&self.password, "password")
            .done()
    }
}

impl crate::MemberDraft {
    /// What the form and the server check.
    pub fn check(&self) -> Result<(), Fault> {
        let mut check = Check::default();
        check.text(&self.name, "name", crate::limit::NAME_MAX).email(&self.email, "email").that(
            self.role.is_some(),
            "role",
            Wrong::Required,
        );
        check.that(self.nickname.chars().count() <= crate::limit::NAME_MAX, "nickname", Wrong::TooLong);
        if !self.password.is_empty() {
            check.password(&self.password, "password");
        }
        check.that(self.skills.as_ref().is_none_or(|s| s.len() <= crate::limit::SKILLS_MAX), "skills", Wrong::TooMany);
        check.done()
    }
}

impl crate::ProfileDraft {
    /// What the form and the server check.
    pub fn check(&self) -> Result<(), Fault> {
        Check::default()
            .text(&self.name, "name", crate::limit::NAME_MAX)
            .email(&self.email, "email")
            .that(self.nickname.chars().count() <= crate::limit::NAME_MAX, "nickname", Wrong::TooLong)
            .that(self.password.chars().count() <= crate::limit::PASSWORD_MAX, "password", Wrong::TooLong)
            .done()
    }
}

impl crate::TeamDraft {
    /// What the form and the server check.
    pub fn check(&self) -> Result<(), Fault> {
        Check::default()
            .text(&self.name, "name", crate::limit::NAME_MAX)
            .that(self.closing_message.chars().count() <= 1024, "closing_message", Wrong::TooLong)
            .done()?;
        self.distribution.as_ref().map_or(Ok(()), crate::Distribution::check)
    }
}

impl crate::AccountDraft {
    /// What the form and the server check.
    pub fn check(&self) -> Result<(), Fault> {
        Check::default()
            .text(&self.name, "name", crate::limit::NAME_MAX)
            .text(&self.time_zone, "time_zone", 64)
            .that(self.closing_message.chars().count() <= 1024, "closing_message", Wrong::TooLong)
            .done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_in_json_is_the_code_of_the_method() {
        let all = [
            Fault::SignedOut,
            Fault::Missing,
            Fault::field("name", Wrong::Taken),
            Fault::AlreadyAssumed { user_id: UserId(1), name: "Ana".into() },
            Fault::WindowClosed,
        ];
        for f in all {
            let json = serde_json::to_value(&f).unwrap();
            assert_eq!(json["code"], f.code());
            assert_eq!(serde_json::from_value::<Fault>(json).unwrap(), f);
        }
    }

    #[test]
    fn emails_are_checked_roughly() {
        for good in ["a@b.co", "ana.souza+x@loja.com.br"] {
            assert!(Check::default().email(good, "e").done().is_ok(), "{good}");
        }
        for bad in ["", "a", "a@", "@b.co", "a@b", "a b@c.co", "a@@b.co", "a@.co."] {
            assert!(Check::default().email(bad, "e").done().is_err(), "{bad}");
        }
    }

    #[test]
    fn text_limits_count_characters() {
        let draft = |n: usize| crate::SendDraft {
            client_id: "1".into(),
            what: crate::SendWhat::Text { text: "é".repeat(n) },
            reply_to: None,
            mentions: Vec::new(),
        };
        assert!(draft(4096).check().is_ok());
        assert!(draft(4097).check().is_err());
        assert!(draft(0).check().is_err());
    }
}
