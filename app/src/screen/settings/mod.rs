//! Settings, for admins: the account, people, teams, channels. A list of sections, then a form, or a list and a form.

mod account;
mod channel;
mod channel_form;
mod closing;
mod layout;
mod list;
mod member;
mod member_form;
mod origins;
mod team;
mod team_form;

pub use account::AccountScreen;
pub use channel::ChannelsScreen;
pub use layout::SettingsLayout;
pub use member::MembersScreen;
pub use team::TeamsScreen;
