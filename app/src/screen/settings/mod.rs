//! Settings, for admins: the account, people, teams, channels, how conversations end. A list of sections, then a form, or a list and a form.

mod account;
mod auto_close;
mod channel;
mod channel_form;
mod closing;
mod duration;
mod ending;
mod keep;
mod layout;
mod list;
mod many;
mod many_jobs;
mod member;
mod member_form;
mod origins;
mod reason;
mod reason_form;
mod team;
mod team_form;

pub use account::AccountScreen;
pub use channel::ChannelsScreen;
pub use ending::EndingScreen;
pub use layout::SettingsLayout;
pub use many::ManyScreen;
pub use member::MembersScreen;
pub use reason::ReasonsScreen;
pub use team::TeamsScreen;
