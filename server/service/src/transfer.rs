//! What goes with a transfer (TR-3): the note that the account may demand of who makes it, and what the contact is told.

use crate::conversation::{self, Row};
use crate::desk::{Cx, Scope};
use crate::{Result, Work, args, sql};
use model::*;

type Stored = (bool, String);

fn read((transfer_note, transfer_message): Stored) -> TransferSettings {
    TransferSettings { transfer_note, transfer_message }
}

/// The account's settings.
pub(crate) async fn settings_of(scope: &Scope) -> Result<TransferSettings> {
    Ok(read(scope.one(sql!("select transfer_note, transfer_message from account where id = $1"), args![]).await?))
}

/// The same within work.
pub(crate) async fn settings_in(work: &mut Work) -> Result<TransferSettings> {
    Ok(read(work.one(sql!("select transfer_note, transfer_message from account where id = $1"), args![]).await?))
}

/// Changes them.
///
/// # Errors
/// [`Fault::Forbidden`] for others than admins, [`Fault::Invalid`] for a message of more than 1024 characters.
pub async fn save(cx: &Cx, draft: TransferSettings) -> Result<Account> {
    let scope = cx.may(Permission::Settings)?;
    draft.check()?;
    let draft = TransferSettings { transfer_message: draft.transfer_message.trim().to_owned(), ..draft };
    let mut work = scope.begin().await?;
    let before = settings_in(&mut work).await?;
    work.run(
        sql!("update account set transfer_note = $2, transfer_message = $3 where id = $1"),
        args![draft.transfer_note, &draft.transfer_message],
    )
    .await?;
    work.audit_change(Some(cx.user), "transfer.change", cx.account, &before, &draft).await?;
    work.tell(Change::Setup { what: SetupKind::Account });
    work.commit().await?;
    crate::people::account(cx).await
}

/// Tells the contact to which team the conversation goes, if the account wants that and the window is open. The row is as it
/// was before the transfer: who serves it until then is named, and what the contact wrote stays what lists show.
pub(crate) async fn announce(work: &mut Work, c: &Row, text: &str, to: TeamId) -> Result<Option<Message>> {
    if text.is_empty() {
        return Ok(None);
    }
    let (team,): (String,) = work.one(sql!("select name from team where account_id = $1 and id = $2"), args![to]).await?;
    conversation::say_filled(work, c, text, &[("[EQUIPE]", &team)]).await
}
