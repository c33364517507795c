//! The board while somebody looks at it.

use super::{leads, snapshot};
use crate::Result;
use crate::desk::{Cx, Desk, News};
use model::{AccountId, Board};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::watch;

/// The least time between two snapshots: what happens meanwhile is in the next one.
const PACE: Duration = Duration::from_millis(300);
/// Without news it is looked this often whether an hour or a day has passed, or somebody's hours.
const TICK: Duration = Duration::from_secs(5);

/// Boards that somebody looks at.
#[derive(Default)]
pub(crate) struct Boards(Mutex<HashMap<AccountId, watch::Sender<Arc<Board>>>>);

/// The whole account's board from now on, for a reader who takes of it what is of their teams ([`super::leads`],
/// [`Board::only`]). The first is empty and not `whole`; the next one comes at once.
///
/// # Errors
/// [`model::Fault::Forbidden`] for who leads no team.
pub fn watch(cx: &Cx) -> Result<watch::Receiver<Arc<Board>>> {
    leads(cx)?;
    let (desk, account) = (cx.desk(), cx.account);
    let mut boards = desk.boards.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(board) = boards.get(&account) {
        let mut reader = board.subscribe();
        // Whoever comes later has what is there.
        reader.mark_changed();
        return Ok(reader);
    }
    let (board, reader) = watch::channel(Arc::new(Board::default()));
    boards.insert(account, board.clone());
    tokio::spawn(keep(desk.clone(), account, board));
    Ok(reader)
}

/// Looks again whenever something has happened, until nobody reads any more.
async fn keep(desk: Desk, account: AccountId, board: watch::Sender<Arc<Board>>) {
    let (scope, mut news) = (desk.system(account), desk.listen(account));
    let mut usual = snapshot::Usual::default();
    loop {
        match snapshot::whole(&scope, &mut usual).await {
            Ok(now) => {
                board.send_if_modified(|before| {
                    let is_other = !before.whole || now.since(before).is_some();
                    if is_other {
                        *before = Arc::new(now);
                    }
                    is_other
                });
            }
            Err(e) => tracing::warn!(account = account.0, error = %e, "the board could not be read"),
        }
        tokio::time::sleep(PACE).await;
        tokio::select! {
            () = something(&mut news) => {}
            () = tokio::time::sleep(TICK) => {}
            () = board.closed() => {}
        }
        // All that has happened until now is in the next snapshot.
        while news.try_recv().is_ok() {}
        let mut boards = desk.boards.0.lock().unwrap_or_else(PoisonError::into_inner);
        if board.receiver_count() == 0 || desk.is_stopping() {
            boards.remove(&account);
            return;
        }
    }
}

/// Waits for something that has been stored.
async fn something(news: &mut Receiver<News>) {
    loop {
        match news.recv().await {
            Ok(News::Event(_)) | Err(RecvError::Lagged(_)) => return,
            Ok(_) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
