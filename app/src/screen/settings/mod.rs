//! Settings, for admins: the account, people, teams, channels, fields and tags of contacts, hours, how conversations end. A list
//! of sections, then a form, or a list and a form.

mod account;
mod auto_close;
mod channel;
mod channel_form;
mod closing;
mod delay;
mod duration;
mod ending;
mod features;
mod field;
mod field_form;
mod hours;
mod keep;
mod layout;
pub(super) mod list;
mod many;
mod many_jobs;
mod member;
mod member_form;
mod origins;
mod reason;
mod reason_form;
mod spared;
mod tag;
mod team;
mod team_form;

pub use account::AccountScreen;
pub use channel::ChannelsScreen;
pub use ending::EndingScreen;
pub use features::FeaturesScreen;
pub use field::FieldsScreen;
pub use hours::HoursScreen;
pub use layout::SettingsLayout;
pub use many::ManyScreen;
pub use member::MembersScreen;
pub use reason::ReasonsScreen;
pub use tag::TagsScreen;
pub use team::TeamsScreen;
