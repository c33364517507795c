//! What roles, sights and permissions are called.

use crate::i18n::*;
use leptos_i18n::I18nContext;
use model::{CustomRole, Permission, Role, RoleId, Sight};

/// A role that every account has; of one of the account's own its name is to be known.
pub(in crate::screen) fn role_name(i18n: I18nContext<Locale>, role: Role) -> String {
    match role {
        Role::Admin => t_string!(i18n, settings.members.admin),
        Role::Manager => t_string!(i18n, roles.manager),
        Role::Agent => t_string!(i18n, settings.members.agent),
        Role::Restricted => t_string!(i18n, roles.restricted),
        Role::Custom => t_string!(i18n, roles.own),
    }
    .to_string()
}

/// The role of a member.
pub(super) fn role_of(i18n: I18nContext<Locale>, role: Role, id: Option<RoleId>, own: &[CustomRole]) -> String {
    let named = own.iter().find(|r| Some(r.id) == id).map(|r| r.name.clone());
    named.unwrap_or_else(|| role_name(i18n, role))
}

/// What it is for.
pub(super) fn role_text(i18n: I18nContext<Locale>, role: Role) -> String {
    match role {
        Role::Admin => t_string!(i18n, settings.members.admin_text),
        Role::Manager => t_string!(i18n, roles.manager_text),
        Role::Agent => t_string!(i18n, settings.members.agent_text),
        Role::Restricted => t_string!(i18n, roles.restricted_text),
        Role::Custom => return String::new(),
    }
    .to_string()
}

/// How far a role sees.
pub(super) fn sight_name(i18n: I18nContext<Locale>, sight: Sight) -> String {
    match sight {
        Sight::Own => t_string!(i18n, roles.sees.own),
        Sight::Teams => t_string!(i18n, roles.sees.teams),
        Sight::Led => t_string!(i18n, roles.sees.led),
        Sight::All => t_string!(i18n, roles.sees.all),
    }
    .to_string()
}

/// The same in a sentence.
pub(super) fn sight_text(i18n: I18nContext<Locale>, sight: Sight) -> String {
    match sight {
        Sight::Own => t_string!(i18n, roles.sees.own_text),
        Sight::Teams => t_string!(i18n, roles.sees.teams_text),
        Sight::Led => t_string!(i18n, roles.sees.led_text),
        Sight::All => t_string!(i18n, roles.sees.all_text),
    }
    .to_string()
}

/// The permissions that a role has or has not; all work in the inbox.
pub(super) const GIVEN: [Permission; 6] =
    [Permission::Settings, Permission::People, Permission::Roles, Permission::Lists, Permission::Contacts, Permission::Block];

/// What a permission is called, and what it allows.
pub(super) fn permission_words(i18n: I18nContext<Locale>, permission: Permission) -> (String, String) {
    let (name, text) = match permission {
        Permission::Settings => (t_string!(i18n, roles.can.settings), t_string!(i18n, roles.can.settings_text)),
        Permission::People => (t_string!(i18n, roles.can.people), t_string!(i18n, roles.can.people_text)),
        Permission::Roles => (t_string!(i18n, roles.can.roles), t_string!(i18n, roles.can.roles_text)),
        Permission::Lists => (t_string!(i18n, roles.can.lists), t_string!(i18n, roles.can.lists_text)),
        Permission::Contacts => (t_string!(i18n, roles.can.contacts), t_string!(i18n, roles.can.contacts_text)),
        Permission::Block => (t_string!(i18n, roles.can.block), t_string!(i18n, roles.can.block_text)),
        Permission::Inbox => return (String::new(), String::new()),
    };
    (name.to_string(), text.to_string())
}
