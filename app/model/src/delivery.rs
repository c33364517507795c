//! Why a message was not delivered, in reasons that screens translate (20 section 5; 09 section 9.2).

use crate::words;

words! {
    /// A reason with one sentence in every language.
    pub enum DeliveryProblem {
        /// Token invalid or expired: reconnect the channel.
        TokenExpired = "TOKEN_EXPIRED",
        /// A permission is missing or was withdrawn.
        PermissionMissing = "PERMISSION_MISSING",
        /// The network has a fault; it was tried several times.
        NetworkDown = "NETWORK_DOWN",
        /// Too many messages in too short a time.
        RateLimited = "RATE_LIMITED",
        /// Too many messages to this contact.
        PairLimited = "PAIR_LIMITED",
        /// Held back for the number's quality.
        QualityLimited = "QUALITY_LIMITED",
        /// The account is locked, restricted or blocked by policy.
        AccountBlocked = "ACCOUNT_BLOCKED",
        /// The channel's number is gone or must be registered again.
        NumberNotRegistered = "NUMBER_NOT_REGISTERED",
        /// A payment method is missing or failed.
        Payment = "PAYMENT",
        /// The contact cannot be reached there: no such number, old app, terms not accepted.
        Undeliverable = "UNDELIVERABLE",
        /// More than 24 hours since the contact's last message: send a template.
        WindowClosed = "WINDOW_CLOSED",
        /// The network held a marketing message back for this contact; wait a day or more.
        MarketingCap = "MARKETING_CAP",
        /// The contact does not want marketing from this business.
        OptedOut = "OPTED_OUT",
        /// The contact is in an experiment of the network.
        Experiment = "EXPERIMENT",
        /// The contact is blocked by the business.
        ContactBlocked = "CONTACT_BLOCKED",
        /// The business may not write to that country.
        CountryNotAllowed = "COUNTRY_NOT_ALLOWED",
        /// A test number that may only write to listed recipients.
        NotInTestList = "NOT_IN_TEST_LIST",
        /// The message type is not supported.
        UnsupportedType = "UNSUPPORTED_TYPE",
        /// The file was refused: type, size or content.
        MediaRefused = "MEDIA_REFUSED",
        /// A file could not be fetched.
        MediaUnavailable = "MEDIA_UNAVAILABLE",
        /// The number of template parameters is wrong.
        TemplateParameters = "TEMPLATE_PARAMETERS",
        /// No such approved template in this language: synchronise.
        TemplateMissing = "TEMPLATE_MISSING",
        /// The template is paused for quality.
        TemplatePaused = "TEMPLATE_PAUSED",
        /// The template is disabled.
        TemplateDisabled = "TEMPLATE_DISABLED",
        /// Text breaks the network's content policy.
        ContentPolicy = "CONTENT_POLICY",
        /// Text too long after filling in.
        TooLong = "TOO_LONG",
        /// A parameter was missing or wrong; see the details.
        BadParameter = "BAD_PARAMETER",
        /// Nobody can tell whether it arrived, and it was not sent again.
        Uncertain = "UNCERTAIN",
        /// The channel is not connected.
        ChannelDown = "CHANNEL_DOWN",
        /// A code without a sentence of ours: the raw code and text are shown (ER-1).
        Unknown = "UNKNOWN",
    }
}
