//! Typed identifiers: 64 bits, the upper ones the time of making in milliseconds, the lower twenty random.
//!
//! They sort by time, can be made on any machine, and knowing one neither counts rows nor opens anything. In JSON they
//! are decimal strings, because JavaScript's numbers lose the last digits.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// Random bits below the milliseconds of an id.
pub const RANDOM_BITS: u32 = 20;

fn read<'de, D: Deserializer<'de>>(d: D) -> Result<i64, D::Error> {
    struct Either;
    impl serde::de::Visitor<'_> for Either {
        type Value = i64;
        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("an id, as a decimal string")
        }
        fn visit_str<E: serde::de::Error>(self, s: &str) -> Result<i64, E> {
            s.parse().map_err(|_| E::custom("not an id"))
        }
        fn visit_i64<E: serde::de::Error>(self, n: i64) -> Result<i64, E> {
            Ok(n)
        }
        fn visit_u64<E: serde::de::Error>(self, n: u64) -> Result<i64, E> {
            i64::try_from(n).map_err(|_| E::custom("not an id"))
        }
    }
    d.deserialize_any(Either)
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        pub struct $name(pub i64);

        impl $name {
            /// When this was made, in milliseconds since 1970.
            pub fn made_at(self) -> crate::Millis { self.0 >> RANDOM_BITS }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(s: &str) -> Result<Self, Self::Err> { s.parse().map($name) }
        }
        impl From<i64> for $name { fn from(n: i64) -> Self { $name(n) } }
        impl From<$name> for i64 { fn from(id: $name) -> i64 { id.0 } }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.serialize_str(itoa::Buffer::new().format(self.0)) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> { read(d).map($name) }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some("A 64-bit id as a decimal string"))
                    .pattern(Some("^[0-9]+$"))
                    .into()
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    )+ };
}

ids! {
    /// A workspace (tenant).
    AccountId,
    /// A person who signs in; may belong to several accounts.
    UserId,
    /// A signed-in browser.
    LoginId,
    /// A team of an account.
    TeamId,
    /// A connected number, page or website chat.
    ChannelId,
    /// A customer.
    ContactId,
    /// One service conversation of a contact on a channel.
    ConversationId,
    /// A message, note or system line in a conversation.
    MessageId,
    /// An approved template of a channel.
    TemplateId,
    /// A stored file.
    MediaId,
    /// One send waiting for, or done by, a channel.
    OutboxId,
    /// An API token.
    TokenId,
    /// A line of the audit.
    AuditId,
    /// A tag on contacts.
    TagId,
    /// A field that an account adds to its contacts.
    FieldId,
    /// A quick reply.
    ReplyId,
    /// A reason for concluding.
    ReasonId,
    /// A conclusion of many conversations at once.
    ClosingJobId,
    /// A view of the inbox.
    ViewId,
    /// Somebody who was asked to join.
    InvitationId,
    /// A merge of two conversations or contacts.
    MergeId,
    /// A role that an account made.
    RoleId,
    /// A thread of the internal chat.
    TalkId,
    /// A message in one.
    TalkMessageId,
    /// A promise of service.
    SlaPolicyId,
    /// A [`crate::Passkey`].
    PasskeyId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_travel_as_strings_and_accept_numbers() {
        let id = MessageId(1_784_000_000_000 << RANDOM_BITS | 7);
        let text = serde_json::to_string(&id).unwrap();
        assert_eq!(text, format!("\"{}\"", id.0));
        assert_eq!(serde_json::from_str::<MessageId>(&text).unwrap(), id);
        assert_eq!(serde_json::from_str::<MessageId>("7").unwrap(), MessageId(7));
        assert!(serde_json::from_str::<MessageId>("\"x\"").is_err());
        assert_eq!(id.made_at(), 1_784_000_000_000);
    }
}
