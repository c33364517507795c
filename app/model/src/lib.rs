//! Words that the browser and the server share.
//!
//! * [`id`]: typed 64-bit identifiers, written as decimal strings.
//! * [`people`]: accounts, users, memberships, teams. [`company`]: who answers for an account. [`business`]: its public profile.
//! * `sticker`: what WhatsApp takes as one.
//! * [`role`]: roles as sets of permissions.
//! * [`sight`]: who sees and may do what; the one predicate behind lists, search, counts, events, media and the API.
//! * [`conversation`], [`message`], [`contact`], [`channel`], [`template`]: what the inbox is made of.
//! * [`delivery`]: files on their way out, and how a channel takes them.
//! * [`field`], [`tag`]: what an account adds to its contacts. [`reply`]: texts that agents keep.
//! * [`closing`], [`bulk`]: reasons, classifications, what closes by itself, many at once, or is purged.
//! * [`kept`]: pinned and snoozed conversations, views. [`several`]: acts on several conversations at once.
//! * [`alert`]: notifications, and how people want them. [`talk`]: what colleagues write to each other.
//! * [`passkey`], [`sso`]: ways to sign in.
//! * [`status`]: who is online, away or offline.
//! * [`hours`]: when it is open, and for how long. [`holiday`]: dates that are taken from a calendar.
//! * [`distribution`]: who gets what waits. [`door`]: how people come in, and prove that it is they.
//! * [`feature`], [`module`]: what an admin switches on. [`audit`]: who did what, and from where.
//! * [`distribution`]: who gets what waits.
//! * [`tally`], [`report`], [`board`]: what happened, and what happens now, in figures.
//! * [`distribution`]: who gets what waits. [`sla`]: how fast that is promised.
//! * [`feature`]: what an admin switches on.
//! * [`feature`]: what an admin switches on. [`mask`]: what is hidden from whom.
//! * [`live`]: events with their sequence, and the frames of the live socket.
//! * [`fault`]: everything that can go wrong in words a person understands.
//! * [`seek`]: what is typed into the search.
//! * [`query`]: list filters and keyset pages. [`archive`]: those of what is over.
//! * [`from_json`]: JSON as the browser reads it.
//!
//! Nothing here knows a database, a network or a screen. Times are milliseconds since 1970 in UTC.

mod alert;
mod archive;
mod audit;
mod board;
mod bulk;
mod business;
mod channel;
mod closing;
mod company;
mod contact;
mod conversation;
mod delivery;
mod distribution;
mod door;
mod fault;
mod feature;
mod field;
mod file;
mod holiday;
mod hours;
mod id;
mod json;
mod kept;
pub mod limit;
mod live;
pub mod mask;
mod merge;
mod message;
mod module;
mod passkey;
mod people;
mod query;
mod question;
mod reply;
mod report;
mod role;
mod seek;
mod send;
mod several;
mod sight;
mod sla;
mod sso;
mod status;
mod sticker;
mod tag;
mod talk;
mod tally;
mod template;
pub mod text;

pub use alert::*;
pub use archive::*;
pub use audit::*;
pub use board::*;
pub use bulk::*;
pub use business::*;
pub use channel::*;
pub use closing::*;
pub use company::*;
pub use contact::*;
pub use conversation::*;
pub use delivery::*;
pub use distribution::*;
pub use door::*;
pub use fault::*;
pub use feature::*;
pub use field::*;
pub use file::*;
pub use holiday::*;
pub use hours::*;
pub use id::*;
pub use json::{Unreadable, from_json};
pub use kept::*;
pub use live::*;
pub use mask::{Mask, MaskRole, MaskRule, Masks, RevealDraft, Revealed};
pub use merge::*;
pub use message::*;
pub use module::*;
pub use passkey::*;
pub use people::*;
pub use query::*;
pub use question::*;
pub use reply::*;
pub use report::*;
pub use role::*;
pub use seek::*;
pub use send::*;
pub use several::*;
pub use sight::*;
pub use sla::*;
pub use sso::*;
pub use status::*;
pub use sticker::*;
pub use tag::*;
pub use talk::*;
pub use tally::*;
pub use template::*;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

pub(crate) fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// Gives an enum its stored name, both ways, so that rows, JSON and screens use one spelling.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
        $vis enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The stored name.
            pub fn word(self) -> &'static str { match self { $($name::$variant => $word),+ } }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::which_word(deserializer, &[$($word),+]).map(|which| $name::ALL[which])
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                match s { $($word => Ok($name::$variant),)+ other => Err($crate::UnknownWord(other.to_owned())) }
            }
        }

        // Derived, the schema would list the variants' names instead of the words.
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some($name::ALL.iter().map(|v| v.word())))
                    .into()
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}

        impl TryFrom<String> for $name {
            type Error = $crate::UnknownWord;
            fn try_from(s: String) -> Result<Self, Self::Error> { s.parse() }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.word()) }
        }
    };
}

/// Reads one of the words; answers which.
#[doc(hidden)]
pub fn which_word<'de, D: serde::Deserializer<'de>>(deserializer: D, words: &'static [&'static str]) -> Result<usize, D::Error> {
    struct Which(&'static [&'static str]);
    impl serde::de::Visitor<'_> for Which {
        type Value = usize;
        fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
            f.write_str("a word")
        }
        fn visit_str<E: serde::de::Error>(self, found: &str) -> Result<usize, E> {
            self.0.iter().position(|word| *word == found).ok_or_else(|| E::unknown_variant(found, self.0))
        }
    }
    deserializer.deserialize_str(Which(words))
}

/// A stored word that no enum value has: a row written by a newer version, or a wrong argument.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown word {0:?}")]
pub struct UnknownWord(pub String);
