//! What the lines of the audit say.

use crate::i18n::*;
use leptos_i18n::I18nContext;
use model::AuditGroup;

macro_rules! actions {
    ($($action:literal $key:ident;)*) => {
        /// What was done. Tracks the language.
        pub fn action_name(i18n: I18nContext<Locale>, action: &str) -> String {
            match action {
                $($action => t_string!(i18n, audit.action.$key).to_string(),)*
                other => other.to_owned(),
            }
        }

        #[cfg(test)]
        const SAID: &[&str] = &[$($action),*];
    };
}

actions! {
    "account.change" account_change;
    "account.setup" account_setup;
    "audit.export" audit_export;
    "audit.sweep" audit_sweep;
    "auto_close.change" auto_close_change;
    "auto_close.remove" auto_close_remove;
    "auto_close.spared" auto_close_spared;
    "channel.add" channel_add;
    "channel.change" channel_change;
    "channel.profile" channel_profile;
    "closing.change" closing_change;
    "company.change" company_change;
    "contact.change" contact_change;
    "contact.merge" contact_merge;
    "contact.number" contact_number;
    "contact.photo" contact_photo;
    "contact.reveal" contact_reveal;
    "contact.same_person" contact_same_person;
    "contact.status" contact_status;
    "contact.tag" contact_tag;
    "contact.unmerge" contact_unmerge;
    "conversation.assume" conversation_assume;
    "conversation.classify" conversation_classify;
    "conversation.conclude" conversation_conclude;
    "conversation.designate" conversation_designate;
    "conversation.merge" conversation_merge;
    "conversation.open" conversation_open;
    "conversation.pause" conversation_pause;
    "conversation.priority" conversation_priority;
    "conversation.purge" conversation_purge;
    "conversation.reopen" conversation_reopen;
    "conversation.restart" conversation_restart;
    "conversation.return" conversation_return;
    "conversation.snooze" conversation_snooze;
    "conversation.start" conversation_start;
    "conversation.transfer" conversation_transfer;
    "conversation.unmerge" conversation_unmerge;
    "conversation.wake" conversation_wake;
    "conversation.watch" conversation_watch;
    "conversations.conclude" conversations_conclude;
    "conversations.conclude_cancelled" conversations_conclude_cancelled;
    "delay.change" delay_change;
    "door.change" door_change;
    "features.change" features_change;
    "field.add" field_add;
    "field.change" field_change;
    "field.sort" field_sort;
    "hours.change" hours_change;
    "hours.remove" hours_remove;
    "login.end" login_end;
    "login.new" login_new;
    "login.passkey" login_passkey;
    "login.step_up" login_step_up;
    "login.step_up_failed" login_step_up_failed;
    "login.switch" login_switch;
    "masks.change" masks_change;
    "member.add" member_add;
    "member.availability" member_availability;
    "member.change" member_change;
    "member.invite" member_invite;
    "member.invite_again" member_invite_again;
    "member.invite_cancel" member_invite_cancel;
    "member.join" member_join;
    "member.second_factor_reset" member_second_factor_reset;
    "member.status" member_status;
    "message.edit" message_edit;
    "message.recall" message_recall;
    "module.off" module_off;
    "module.on" module_on;
    "note.delete" note_delete;
    "note.edit" note_edit;
    "passkey.add" passkey_add;
    "passkey.copied" passkey_copied;
    "passkey.remove" passkey_remove;
    "passkey.rename" passkey_rename;
    "reason.add" reason_add;
    "reason.change" reason_change;
    "reason.delete" reason_delete;
    "reply.add" reply_add;
    "reply.change" reply_change;
    "reply.delete" reply_delete;
    "retention.change" retention_change;
    "role.add" role_add;
    "role.change" role_change;
    "role.delete" role_delete;
    "sla.add" sla_add;
    "sla.change" sla_change;
    "sla.order" sla_order;
    "sla.remove" sla_remove;
    "sso.change" sso_change;
    "sso.link" sso_link;
    "status.change" status_change;
    "tag.add" tag_add;
    "tag.change" tag_change;
    "tag.delete" tag_delete;
    "team.add" team_add;
    "team.change" team_change;
    "team.close" team_close;
    "team.delete" team_delete;
    "team.open" team_open;
    "terms.export" terms_export;
    "token.add" token_add;
    "transfer.change" transfer_change;
    "user.change" user_change;
    "user.password" user_password;
    "user.password_reset" user_password_reset;
    "user.photo" user_photo;
    "user.recovery_codes" user_recovery_codes;
    "user.second_factor" user_second_factor;
    "user.terms" user_terms;
    "view.add" view_add;
    "view.change" view_change;
    "view.delete" view_delete;
}

/// The name of a group.
pub fn group_name(i18n: I18nContext<Locale>, group: AuditGroup) -> String {
    match group {
        AuditGroup::Access => t_string!(i18n, audit.groups.access),
        AuditGroup::People => t_string!(i18n, audit.groups.people),
        AuditGroup::Settings => t_string!(i18n, audit.groups.settings),
        AuditGroup::Contacts => t_string!(i18n, audit.groups.contacts),
        AuditGroup::Conversations => t_string!(i18n, audit.groups.conversations),
        AuditGroup::Data => t_string!(i18n, audit.groups.data),
    }
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::SAID;

    #[test]
    fn nx_20_every_action_has_words() {
        // The build sees to it that each key is there in every language.
        let mute: Vec<_> = model::AUDIT_ACTIONS.iter().map(|(a, _)| *a).filter(|a| !SAID.contains(a)).collect();
        assert!(mute.is_empty(), "without words: {mute:?}");
        let unknown: Vec<_> = SAID.iter().filter(|a| model::audit_group(a).is_none()).collect();
        assert!(unknown.is_empty(), "not on the list: {unknown:?}");
    }
}
