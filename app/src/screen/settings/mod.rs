//! Settings, for admins: the account, people, teams, channels, fields and tags of contacts. A list of sections, then a form, or a list and a form.

mod account;
mod channel;
mod channel_form;
mod closing;
mod field;
mod field_form;
mod layout;
pub(super) mod list;
mod member;
mod member_form;
mod origins;
mod tag;
mod team;
mod team_form;

pub use account::AccountScreen;
pub use channel::ChannelsScreen;
pub use field::FieldsScreen;
pub use layout::SettingsLayout;
pub use member::MembersScreen;
pub use tag::TagsScreen;
pub use team::TeamsScreen;
