//! What a reader does not see of contacts (03, section 3.9).
//!
//! [`masks_of`] is the one question, [`Cx::shown`] the one way by which values are hidden: whatever holds something of a
//! contact says in [`Veil`] how. Functions that answer a person end with it; what the rules work with is never hidden.

use crate::desk::{Cx, Scope};
use crate::{Result, args, contact, field, sql};
use model::mask::{email, meant, name, phone, text};
use model::*;
use serde_json::json;

/// What is hidden from the asker.
pub fn masks_of(cx: &Cx) -> Masks {
    cx.seat.masks
}

/// Whose switches hold for a member, by how far they see; none for who sees everything. Who leads a team is a manager.
fn role_of(sight: Sight, links: &[TeamLink]) -> Option<MaskRole> {
    match sight {
        Sight::All => None,
        Sight::Led => Some(MaskRole::Manager),
        Sight::Teams | Sight::Own if links.iter().any(|l| l.is_supervisor) => Some(MaskRole::Manager),
        Sight::Teams => Some(MaskRole::Agent),
        Sight::Own => Some(MaskRole::Restricted),
    }
}

/// The switches that hold for a member.
pub(crate) async fn load(scope: &Scope, sight: Sight, links: &[TeamLink]) -> Result<Masks> {
    let Some(role) = role_of(sight, links) else { return Ok(Masks::NONE) };
    let row: Option<(i64,)> =
        scope.opt(sql!("select masks from mask_rule where account_id = $1 and role = $2"), args![role.word()]).await?;
    Ok(row.map_or(Masks::NONE, |(bits,)| read(bits)))
}

fn read(bits: i64) -> Masks {
    Masks(u32::try_from(bits).unwrap_or_default()).tidy()
}

/// The switches of every role.
///
/// # Errors
/// [`Fault::Forbidden`] for who is no admin.
pub async fn rules(cx: &Cx) -> Result<Vec<MaskRule>> {
    let rows: Vec<(String, i64)> =
        cx.may(Permission::Settings)?.all(sql!("select role, masks from mask_rule where account_id = $1"), args![]).await?;
    let of = |role: MaskRole| rows.iter().find(|(r, _)| r == role.word()).map_or(Masks::NONE, |(_, bits)| read(*bits));
    Ok(MaskRole::ALL.iter().map(|role| MaskRule { role: *role, masks: of(*role) }).collect())
}

/// Changes them; roles that are not named stay as they are. Open pages hear of it at once.
///
/// # Errors
/// [`Fault::Forbidden`] for who is no admin, [`Fault::Invalid`] for too many.
pub async fn save(cx: &Cx, draft: &[MaskRule]) -> Result<Vec<MaskRule>> {
    Check::default().that(draft.len() <= MaskRole::ALL.len(), "rules", Wrong::TooMany).done()?;
    let mut work = cx.may(Permission::Settings)?.begin().await?;
    work.lock_account().await?;
    for rule in draft {
        let masks = rule.masks.tidy();
        work.run(
            sql!(
                "insert into mask_rule (account_id, role, masks) values ($1, $2, $3)
                 on conflict (account_id, role) do update set masks = excluded.masks"
            ),
            args![rule.role.word(), i64::from(masks.0)],
        )
        .await?;
        let on: Vec<Mask> = Mask::ALL.iter().copied().filter(|m| masks.has(*m)).collect();
        work.audit(Some(cx.user), "masks.change", cx.account, json!({ "role": rule.role, "on": on })).await?;
    }
    work.tell(Change::Setup { what: SetupKind::Account });
    work.commit().await?;
    rules(cx).await
}

/// Whether the asker may take data out of the account; exports ask this first (SV-1).
///
/// # Errors
/// [`Fault::Forbidden`].
pub fn may_export(cx: &Cx) -> Result<()> {
    if masks_of(cx).has(Mask::Export) { Err(Fault::Forbidden.into()) } else { Ok(()) }
}

/// Shows what is hidden from the asker of a contact whose conversations they see. It is kept who asked, for what, and why;
/// what they saw is not (SV-4).
///
/// # Errors
/// [`Fault::Forbidden`] where the role may not, [`Fault::Invalid`] for a reason that says nothing, [`Fault::Missing`].
pub async fn reveal(cx: &Cx, draft: &RevealDraft) -> Result<Revealed> {
    draft.check()?;
    let scope = cx.may(Permission::Inbox)?;
    contact::may_change(cx, &scope, draft.contact_id).await?;
    // What is not hidden from somebody is no secret to them.
    let masks = masks_of(cx);
    if masks.has(draft.what) && !masks.may_reveal(draft.what) {
        return Err(Fault::Forbidden.into());
    }
    let found = contact::get(&scope, draft.contact_id).await?;
    let lines = match draft.what {
        Mask::Name => vec![found.name],
        Mask::Email => found.email.into_iter().collect(),
        Mask::Phone => numbers(&found),
        _ => documents(&found, &field::list(cx).await?),
    };
    let mut work = scope.begin().await?;
    let why = json!({ "what": draft.what, "why": draft.reason.trim() });
    work.audit(Some(cx.user), "contact.reveal", draft.contact_id, why).await?;
    work.commit().await?;
    Ok(Revealed { lines, for_millis: limit::REVEAL_MILLIS })
}

/// The contact's number, and those that came with others who were merged into it.
fn numbers(contact: &Contact) -> Vec<String> {
    let digits = |number: &str| number.chars().filter(char::is_ascii_digit).collect::<String>();
    let own = contact.phone.as_deref().map(digits);
    let others = contact.identities.iter().filter(|i| i.kind == IdentityKind::Phone && Some(&i.address) != own.as_ref());
    contact.phone.iter().cloned().chain(others.map(|i| format!("+{}", i.address))).collect()
}

/// Values and lines of the annotation in which a document stands.
fn documents(contact: &Contact, fields: &[CustomField]) -> Vec<String> {
    let masks = Masks::NONE.with(Mask::Document, true);
    let hides = |value: &str| text(value, masks) != value;
    let called = |id: FieldId| fields.iter().find(|f| f.id == id).map_or("", |f| f.name.as_str());
    let values = contact.fields.iter().filter(|v| hides(&v.value)).map(|v| format!("{}: {}", called(v.field_id), v.value));
    values.chain(contact.annotation.lines().filter(|l| hides(l)).map(str::to_owned)).collect()
}

impl Cx {
    /// What the asker may see of an answer. Who sees everything pays one question.
    pub fn shown<T: Veil>(&self, mut answer: T) -> T {
        let masks = masks_of(self);
        if masks.hide() {
            answer.veil(masks);
        }
        answer
    }
}

/// What a masked asker means by a contact's form: values that they left as they were shown are as they were (SV-3).
pub(crate) fn meant_of(cx: &Cx, draft: ContactDraft, before: &contact::Held) -> Result<ContactDraft> {
    let masks = masks_of(cx);
    if !masks.hide() {
        return Ok(draft);
    }
    let (stored_phone, stored_email) = (before.phone.as_deref().unwrap_or_default(), before.email.as_deref().unwrap_or_default());
    let mut check = Check::default();
    let mut of = |typed: &str, stored: &str, shown: String, field: &'static str| {
        meant(typed, stored, &shown).unwrap_or_else(|wrong| {
            check.that(false, field, wrong);
            String::new()
        })
    };
    let draft = ContactDraft {
        name: of(&draft.name, &before.name, name(&before.name, masks), "name"),
        phone: of(&draft.phone, stored_phone, hidden_phone(stored_phone, masks), "phone"),
        email: of(&draft.email, stored_email, hidden_email(stored_email, masks), "email"),
        annotation: of(&draft.annotation, &before.annotation, text(&before.annotation, masks), "annotation"),
        ..draft
    };
    check.done()?;
    Ok(draft)
}

/// The same for the value of one of the account's fields.
pub(crate) fn meant_value(cx: &Cx, typed: &str, stored: &str) -> std::result::Result<String, Wrong> {
    let masks = masks_of(cx);
    if masks.hide() { meant(typed, stored, &text(stored, masks)) } else { Ok(typed.to_owned()) }
}

/// What a masked writer means by a draft in which the contact's name stands as they see it: the contact is called by their
/// name.
pub(crate) fn addressed(cx: &Cx, draft: SendDraft, called: &str) -> SendDraft {
    let masks = masks_of(cx);
    let shown = name(called, masks);
    if !masks.has(Mask::Name) || shown == called || !shown.chars().any(char::is_alphabetic) {
        return draft;
    }
    let put = |text: &mut String| {
        if text.contains(&shown) {
            *text = text.replace(&shown, called);
        }
    };
    let mut draft = draft;
    match &mut draft.what {
        SendWhat::Text { text } | SendWhat::Question { text, .. } => put(text),
        SendWhat::File { caption, note: false, .. } => put(caption),
        SendWhat::Template(fill) => fill.values.values_mut().for_each(put),
        _ => {}
    }
    draft
}

fn hidden_phone(value: &str, masks: Masks) -> String {
    if masks.has(Mask::Phone) { phone(value) } else { value.to_owned() }
}

fn hidden_email(value: &str, masks: Masks) -> String {
    if masks.has(Mask::Email) { email(value) } else { value.to_owned() }
}

/// Something that tells of a contact, and how it does so under masks.
pub trait Veil {
    fn veil(&mut self, masks: Masks);
}

impl<T: Veil> Veil for Vec<T> {
    fn veil(&mut self, masks: Masks) {
        self.iter_mut().for_each(|one| one.veil(masks));
    }
}

impl<T: Veil> Veil for Option<T> {
    fn veil(&mut self, masks: Masks) {
        if let Some(one) = self {
            one.veil(masks);
        }
    }
}

impl<T: Veil> Veil for Page<T> {
    fn veil(&mut self, masks: Masks) {
        self.items.veil(masks);
    }
}

impl Veil for Contact {
    fn veil(&mut self, masks: Masks) {
        self.name = name(&self.name, masks);
        self.phone = self.phone.take().map(|p| hidden_phone(&p, masks));
        self.email = self.email.take().map(|e| hidden_email(&e, masks));
        self.annotation = text(&self.annotation, masks);
        for value in &mut self.fields {
            value.value = text(&value.value, masks);
        }
        for identity in &mut self.identities {
            if identity.kind == IdentityKind::Phone {
                identity.address = hidden_phone(&identity.address, masks);
            }
            identity.username = identity.username.take().map(|u| name(&u, masks));
        }
        if let Some(page) = &mut self.page {
            (page.url, page.title) = (text(&page.url, masks), text(&page.title, masks));
        }
    }
}

impl Veil for ContactHit {
    fn veil(&mut self, masks: Masks) {
        self.name = name(&self.name, masks);
        self.phone = self.phone.take().map(|p| hidden_phone(&p, masks));
    }
}

impl Veil for Conversation {
    fn veil(&mut self, masks: Masks) {
        self.contact_name = name(&self.contact_name, masks);
        self.contact_phone = self.contact_phone.take().map(|p| hidden_phone(&p, masks));
        self.preview.veil(masks);
    }
}

impl Veil for Preview {
    fn veil(&mut self, masks: Masks) {
        veil_names(&mut self.text, self.kind, masks);
    }
}

/// The text of a message with contact cards is who is on them.
fn veil_names(text: &mut String, kind: MessageKind, masks: Masks) {
    if kind == MessageKind::Contact {
        *text = text.split(", ").map(|one| name(one, masks)).collect::<Vec<_>>().join(", ");
    }
}

/// What people write to each other is theirs to read. Cards and the system's own lines are not that: of a card nobody
/// knows whether it is the contact's own.
impl Veil for Message {
    fn veil(&mut self, masks: Masks) {
        veil_names(&mut self.body, self.kind, masks);
        if let Some(quote) = &mut self.quoted {
            veil_names(&mut quote.text, quote.kind, masks);
        }
        match &mut self.content {
            Content::Contacts { cards } => {
                for card in cards {
                    card.name = name(&card.name, masks);
                    card.phones.iter_mut().for_each(|p| *p = hidden_phone(p, masks));
                    card.emails.iter_mut().for_each(|e| *e = hidden_email(e, masks));
                }
            }
            Content::Transition(Transition::NumberChanged { from, to }) => {
                (*from, *to) = (hidden_phone(from, masks), hidden_phone(to, masks));
            }
            _ => {}
        }
    }
}

impl Veil for MessagePage {
    fn veil(&mut self, masks: Masks) {
        self.messages.veil(masks);
    }
}

impl Veil for MessageHit {
    fn veil(&mut self, masks: Masks) {
        self.conversation.veil(masks);
        self.message.veil(masks);
    }
}

impl Veil for SearchResult {
    fn veil(&mut self, masks: Masks) {
        self.conversations.veil(masks);
        self.messages.veil(masks);
        self.files.veil(masks);
        self.contacts.veil(masks);
    }
}

impl Veil for Opened {
    fn veil(&mut self, masks: Masks) {
        self.conversation.veil(masks);
        self.contact.veil(masks);
        self.messages.veil(masks);
        self.others.veil(masks);
    }
}

impl Veil for Kept {
    fn veil(&mut self, masks: Masks) {
        self.pinned.veil(masks);
        self.snoozed.veil(masks);
    }
}

impl Veil for Started {
    fn veil(&mut self, masks: Masks) {
        self.conversation.veil(masks);
    }
}

impl Veil for StartPreview {
    fn veil(&mut self, masks: Masks) {
        self.contact.veil(masks);
        self.open.veil(masks);
        // A number that the asker typed is no news to them, but it may stand here as it is stored.
        self.phone = hidden_phone(&self.phone, masks);
    }
}

impl Veil for Alert {
    fn veil(&mut self, masks: Masks) {
        // Of a talk it is a colleague's.
        if self.talk_id.is_none() {
            self.contact_name = name(&self.contact_name, masks);
            self.preview.veil(masks);
        }
    }
}

impl Veil for AlertPage {
    fn veil(&mut self, masks: Masks) {
        self.items.veil(masks);
    }
}

impl Veil for Merge {
    fn veil(&mut self, masks: Masks) {
        if self.kind == MergeKind::Contact {
            self.label = name(&self.label, masks);
        }
    }
}

impl Veil for BulkItem {
    fn veil(&mut self, masks: Masks) {
        self.contact_name = name(&self.contact_name, masks);
    }
}

impl Veil for Recalled {
    fn veil(&mut self, masks: Masks) {
        self.message.veil(masks);
    }
}

impl Veil for Event {
    fn veil(&mut self, masks: Masks) {
        match &mut self.change {
            Change::Conversation { row, messages, .. } => {
                row.veil(masks);
                messages.veil(masks);
            }
            Change::Message { message, .. } => message.veil(masks),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sv_1_switches_are_for_roles_and_admins_see_everything() {
        let link = |is_supervisor| TeamLink { team_id: TeamId(1), is_agent: true, is_supervisor };
        assert_eq!(role_of(Sight::All, &[link(true)]), None);
        assert_eq!(role_of(Sight::Teams, &[link(false), link(true)]), Some(MaskRole::Manager));
        assert_eq!(role_of(Sight::Led, &[]), Some(MaskRole::Manager));
        assert_eq!(role_of(Sight::Own, &[link(false)]), Some(MaskRole::Restricted));
    }
}
