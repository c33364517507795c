//! The pages of the settings. One row of the table is one page: its address `/settings/<slug>`, its line in the menu, who may
//! open it, what it draws, and the optional part to which it belongs, if any. Words by which it is found stand in [`super::find`]. The route is the same for all of them.

use crate::i18n::*;
use crate::session::Session;
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use model::{Module, Permission};

macro_rules! pages {
    ($($name:ident: $slug:literal $icon:literal $permission:ident $($title:ident).+ => $($screen:ident)::+ $(, $module:ident)?;)*) => {
        /// A page of the settings, in the order of the menu.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Page { $($name),* }

        impl Page {
            /// All pages.
            pub const ALL: &[Page] = &[$(Page::$name),*];

            /// Its part of the address.
            pub const fn slug(self) -> &'static str {
                match self { $(Page::$name => $slug),* }
            }

            /// Its address.
            pub const fn path(self) -> &'static str {
                match self { $(Page::$name => concat!("/settings/", $slug)),* }
            }

            /// Its sign in the menu.
            pub const fn icon(self) -> &'static str {
                match self { $(Page::$name => $icon),* }
            }

            /// What who opens it must be allowed to do.
            pub const fn permission(self) -> Permission {
                match self { $(Page::$name => Permission::$permission),* }
            }

            /// Of which optional part it is a page; none: it is always there.
            pub fn module(self) -> Option<Module> {
                match self { $(Page::$name => [$(Module::$module,)?].into_iter().next()),* }
            }

            /// Its name.
            pub fn title(self, i18n: I18nContext<Locale>) -> String {
                match self { $(Page::$name => t_string!(i18n, $($title).+).to_string()),* }
            }

            /// What it shows.
            pub(super) fn draw(self) -> AnyView {
                match self { $(Page::$name => view! { <super::$($screen)::+/> }.into_any()),* }
            }
        }
    };
}

pages! {
    Account: "account" "building" Settings settings.account.title => account::AccountScreen;
    Company: "company" "contact" Settings company.title => company::CompanyScreen;
    Members: "members" "users" People settings.members.title => member::MembersScreen;
    Invitations: "invitations" "mail" People door.people.title => invitations::InvitationsScreen;
    Roles: "roles" "lock" Roles roles.title => role::RolesScreen;
    Teams: "teams" "team" Settings settings.teams.title => team::TeamsScreen;
    Channels: "channels" "plug" Settings settings.channels.title => channel::ChannelsScreen;
    Fields: "fields" "list" Lists contact.fields.title => field::FieldsScreen;
    Tags: "tags" "tag" Lists contact.tags.title => tag::TagsScreen;
    Reasons: "reasons" "flag" Lists closing.list.title => reason::ReasonsScreen;
    Hours: "hours" "clock" Settings hours.title => hours::HoursScreen;
    Sla: "sla" "calendar-clock" Settings sla.title => sla::SlaScreen;
    Status: "status" "hourglass" Settings status.title => status::StatusScreen;
    Ending: "closing" "conclude" Settings closing.settings.title => ending::EndingScreen;
    Sso: "sso" "lock" Settings keys.sso.title => sso::SsoScreen;
    Features: "features" "button" Settings module.title => features::FeaturesScreen;
    Masks: "masks" "eye-off" Settings mask.title => masks::MasksScreen;
    Many: "many" "archive" Settings closing.many.title => many::ManyScreen;
    Audit: "audit" "shield" Settings audit.title => audit::AuditScreen;
}

impl Page {
    /// Whether the signed-in person may open it, and it is switched on. Tracked.
    pub fn is_for(self, session: Session) -> bool {
        session.may(self.permission()) && self.module().is_none_or(|m| session.has(m))
    }

    /// The page at an address.
    pub fn at(slug: &str) -> Option<Page> {
        Page::ALL.iter().copied().find(|p| p.slug() == slug)
    }
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn every_page_has_an_address_of_its_own() {
        for page in Page::ALL {
            assert_eq!(Page::at(page.slug()), Some(*page));
            assert_eq!(page.path().strip_prefix("/settings/"), Some(page.slug()));
        }
    }
}
