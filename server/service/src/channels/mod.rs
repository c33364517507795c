//! Channels: connecting, changing, finding the one that a webhook or a page names.

mod find;
mod health;
mod profile;

pub(crate) use find::own_in;
pub use find::{by_key, by_route, own, row, secrets};
pub use health::probe;
pub(crate) use health::{note, reason, set_status};
pub use profile::{picture, profile, save_picture, save_profile};

use crate::desk::{Cx, Desk};
use crate::{Result, Work, args, sql};
use channel::Link;
use model::*;
use serde::{Deserialize, Serialize};

/// A channel with all that the server knows of it.
#[derive(Clone, Debug)]
pub struct ChannelRow {
    pub id: ChannelId,
    pub account_id: AccountId,
    pub kind: ChannelKind,
    pub name: String,
    pub external_id: String,
    pub waba_id: String,
    pub display: String,
    pub team_id: Option<TeamId>,
    pub status: ChannelStatus,
    pub status_reason: Option<String>,
    pub webchat: WebChatConfig,
    pub secrets: Secrets,
}

/// Stored settings of a website chat.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct WebChatConfig {
    #[serde(default)]
    pub origins: Vec<String>,
    #[serde(default)]
    pub greeting: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub no_files: bool,
}

/// What must not leave the server; stored encrypted.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Secrets {
    #[serde(default)]
    pub access_token: String,
    #[serde(default)]
    pub app_secret: String,
    #[serde(default)]
    pub verify_token: String,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(…)")
    }
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: i64,
    account_id: i64,
    kind: String,
    name: String,
    external_id: String,
    waba_id: String,
    display: String,
    team_id: Option<i64>,
    status: String,
    status_reason: Option<String>,
    config: String,
    secrets: String,
}

impl Stored {
    fn read(self, desk: &Desk) -> Result<ChannelRow> {
        let secrets = if self.secrets.is_empty() {
            Secrets::default()
        } else {
            desk.keys.unseal(&place(self.id), &self.secrets).and_then(|s| serde_json::from_str(&s).ok()).unwrap_or_else(|| {
                tracing::error!(channel = self.id, "the secrets of a channel do not open with this secret key");
                Secrets::default()
            })
        };
        Ok(ChannelRow {
            id: self.id.into(),
            account_id: self.account_id.into(),
            kind: self.kind.parse()?,
            name: self.name,
            external_id: self.external_id,
            waba_id: self.waba_id,
            display: self.display,
            team_id: self.team_id.map(TeamId),
            status: self.status.parse()?,
            status_reason: self.status_reason,
            webchat: serde_json::from_str(&self.config)?,
            secrets,
        })
    }
}

fn place(id: i64) -> String {
    format!("channel:{id}")
}

impl ChannelRow {
    /// How to reach it.
    pub fn link(&self, desk: &Desk) -> Link {
        Link {
            http: desk.http.clone(),
            graph_url: desk.settings.graph_url.clone(),
            external_id: self.external_id.clone(),
            waba_id: self.waba_id.clone(),
            access_token: self.secrets.access_token.clone(),
        }
    }

    /// Its adapter.
    pub fn adapter(&self) -> &'static dyn channel::Adapter {
        channel::adapter(self.kind)
    }

    fn view(&self) -> Channel {
        Channel {
            id: self.id,
            kind: self.kind,
            name: self.name.clone(),
            status: self.status,
            status_reason: self.status_reason.clone(),
            display: self.display.clone(),
            team_id: self.team_id,
        }
    }
}

async fn stored(cx: &Cx, scope: &crate::Scope) -> Result<Vec<ChannelRow>> {
    let rows: Vec<Stored> = scope
        .all(
            sql!(
                "select id, account_id, kind, name, external_id, waba_id, display, team_id, status, status_reason, config, secrets
                 from channel where account_id = $1 and status <> 'REMOVED' order by name, id limit 1000"
            ),
            args![],
        )
        .await?;
    rows.into_iter().map(|s| s.read(cx.desk())).collect()
}

/// Channels of the account, by name. The reason of a fault is for admins.
pub async fn list(cx: &Cx) -> Result<Vec<Channel>> {
    let scope = cx.may(Permission::Inbox)?;
    let admin = cx.seat.may(Permission::Settings);
    Ok(stored(cx, &scope)
        .await?
        .iter()
        .map(|row| {
            let mut view = row.view();
            view.status_reason = view.status_reason.filter(|_| admin);
            view
        })
        .collect())
}

/// Channels with their settings; secrets are left out.
pub async fn forms(cx: &Cx) -> Result<Vec<ChannelForm>> {
    let scope = cx.may(Permission::Settings)?;
    Ok(stored(cx, &scope).await?.iter().map(|row| form(cx.desk(), row)).collect())
}

fn form(desk: &Desk, row: &ChannelRow) -> ChannelForm {
    let url = &desk.settings.public_url;
    let whatsapp = row.kind == ChannelKind::WhatsApp;
    ChannelForm {
        channel: row.view(),
        whatsapp: WhatsAppSettings {
            phone_number_id: if whatsapp { row.external_id.clone() } else { String::new() },
            waba_id: row.waba_id.clone(),
            display: row.display.clone(),
            ..WhatsAppSettings::default()
        },
        webchat: WebChatSettings {
            key: if whatsapp { String::new() } else { row.external_id.clone() },
            origins: row.webchat.origins.clone(),
            greeting: row.webchat.greeting.clone(),
            title: row.webchat.title.clone(),
            no_files: row.webchat.no_files,
        },
        webhook_url: if whatsapp { format!("{url}/webhooks/meta") } else { String::new() },
        snippet: if whatsapp {
            String::new()
        } else {
            format!("<script async src=\"{url}/widget.js\" data-key=\"{}\"></script>", row.external_id)
        },
    }
}

/// Connects or changes a channel.
///
/// # Errors
/// [`Fault::Invalid`] for wrong fields or a number that is connected already.
pub async fn save(cx: &Cx, draft: ChannelDraft) -> Result<ChannelForm> {
    let scope = cx.may(Permission::Settings)?;
    let desk = cx.desk();
    let old = match draft.id {
        Some(id) => Some(own(cx, id).await?),
        None => None,
    };
    let kind = old.as_ref().map(|o| o.kind).or(draft.kind).ok_or_else(|| Fault::field("kind", Wrong::Required))?;
    check(&draft, kind, old.is_none())?;
    if let Some(team) = draft.team_id {
        let known: Option<(i64,)> =
            scope.opt(sql!("select id from team where account_id = $1 and id = $2 and deleted_at is null"), args![team]).await?;
        known.ok_or_else(|| Fault::field("team_id", Wrong::Unknown))?;
    }
    let id: ChannelId = draft.id.unwrap_or_else(|| desk.seam.id());
    let keep = old.as_ref().map(|o| o.secrets.clone()).unwrap_or_default();
    let new_or = |new: &str, old: String| if new.trim().is_empty() { old } else { new.trim().to_owned() };
    let secrets = Secrets {
        access_token: new_or(&draft.whatsapp.access_token, keep.access_token),
        app_secret: new_or(&draft.whatsapp.app_secret, keep.app_secret),
        verify_token: new_or(&draft.whatsapp.verify_token, keep.verify_token),
    };
    let external = match kind {
        ChannelKind::WhatsApp => draft.whatsapp.phone_number_id.trim().to_owned(),
        ChannelKind::WebChat => old.as_ref().map(|o| o.external_id.clone()).unwrap_or_else(|| desk.seam.secret()[..22].to_owned()),
    };
    let config = WebChatConfig {
        origins: draft.webchat.origins.iter().filter_map(|o| normal_origin(o)).collect(),
        greeting: draft.webchat.greeting.trim().to_owned(),
        title: draft.webchat.title.trim().to_owned(),
        no_files: draft.webchat.no_files,
    };
    let row = NewRow {
        id,
        kind,
        name: draft.name.trim(),
        external: &external,
        waba: draft.whatsapp.waba_id.trim(),
        display: draft.whatsapp.display.trim(),
        team: draft.team_id,
    };
    let mut work = scope.begin().await?;
    put(&mut work, &row, &config, &secrets).await?;
    work.audit(
        Some(cx.user),
        if old.is_some() { "channel.change" } else { "channel.add" },
        id,
        serde_json::json!({ "kind": kind, "name": row.name }),
    )
    .await?;
    work.tell(Change::Setup { what: SetupKind::Channels });
    work.commit().await?;
    let row = own(cx, id).await?;
    Ok(form(desk, &row))
}

/// What [`put`] writes besides configuration and secrets.
pub(crate) struct NewRow<'a> {
    pub id: ChannelId,
    pub kind: ChannelKind,
    pub name: &'a str,
    pub external: &'a str,
    pub waba: &'a str,
    pub display: &'a str,
    pub team: Option<TeamId>,
}

/// Writes a channel; secrets are encrypted for its row.
pub(crate) async fn put(work: &mut Work, row: &NewRow<'_>, config: &WebChatConfig, secrets: &Secrets) -> Result<()> {
    let mut nonce = [0u8; 24];
    work.desk().seam.fill(&mut nonce);
    let sealed = work
        .desk()
        .keys
        .seal(&place(row.id.0), &serde_json::to_string(secrets)?, nonce)
        .ok_or_else(|| crate::Error::Other("a secret could not be encrypted".into()))?;
    let now = work.desk().now();
    let saved = work
        .run(
            sql!(
                "insert into channel (account_id, id, kind, name, external_id, waba_id, display, team_id, status, config, secrets, created_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, 'CONNECTED', $9, $10, $11)
                 on conflict (id) do update set name = excluded.name, external_id = excluded.external_id, waba_id = excluded.waba_id,
                 display = excluded.display, team_id = excluded.team_id, config = excluded.config, secrets = excluded.secrets
                 where channel.account_id = $1"
            ),
            args![row.id, row.kind, row.name, row.external, row.waba, row.display, row.team, serde_json::to_string(config)?, sealed, now],
        )
        .await;
    saved.map(drop).map_err(|e| {
        if e.is_unique("external") {
            Fault::field("phone_number_id", Wrong::Taken).into()
        } else if e.is_unique("channel_name") {
            Fault::field("name", Wrong::Taken).into()
        } else {
            e
        }
    })
}

fn check(draft: &ChannelDraft, kind: ChannelKind, new: bool) -> Result<()> {
    let mut check = Check::default();
    check.text(&draft.name, "name", limit::NAME_MAX);
    match kind {
        ChannelKind::WhatsApp => {
            let w = &draft.whatsapp;
            let digits = |s: &str| !s.is_empty() && s.len() <= 32 && s.bytes().all(|b| b.is_ascii_digit());
            check.that(digits(w.phone_number_id.trim()), "phone_number_id", Wrong::Required).that(
                digits(w.waba_id.trim()),
                "waba_id",
                Wrong::Required,
            );
            for (value, field) in [(&w.access_token, "access_token"), (&w.app_secret, "app_secret"), (&w.verify_token, "verify_token")] {
                check.that(!new || !value.trim().is_empty(), field, Wrong::Required).that(value.len() <= 2048, field, Wrong::TooLong);
            }
        }
        ChannelKind::WebChat => {
            let w = &draft.webchat;
            check.that(w.origins.len() <= 50 && w.origins.iter().all(|o| normal_origin(o).is_some()), "origins", Wrong::NotAnOrigin);
            check.that(w.greeting.chars().count() <= 500, "greeting", Wrong::TooLong).that(
                w.title.chars().count() <= 60,
                "title",
                Wrong::TooLong,
            );
        }
    }
    Ok(check.done()?)
}

/// `https://shop.example`, with a port when it is not the usual one; nothing else of the address.
pub fn normal_origin(text: &str) -> Option<String> {
    let url = url::Url::parse(text.trim()).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.path() == "/"
        && url.query().is_none();
    plain.then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_scheme_host_and_port_only() {
        assert_eq!(normal_origin(" https://Shop.example/ ").as_deref(), Some("https://shop.example"));
        assert_eq!(normal_origin("http://127.0.0.1:3010").as_deref(), Some("http://127.0.0.1:3010"));
        for bad in ["shop.example", "https://a/b", "https://u@a", "javascript:1", "https://a?x", ""] {
            assert_eq!(normal_origin(bad), None, "{bad}");
        }
    }
}
