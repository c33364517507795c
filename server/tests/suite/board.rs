//! The live board over the socket of a tab (DB-1, DB-5).

use crate::http::Socket;
use crate::world::{both, member_draft};
use model::{Board, MemberDraft, TeamId};
use serde_json::json;
use service::people;

/// The next piece of the board.
async fn piece(socket: &mut Socket) -> Board {
    serde_json::from_str(socket.frame_of("board").await["text"].as_str().unwrap()).unwrap()
}

/// Follows the board until it is as wanted.
async fn until(socket: &mut Socket, shown: &mut Board, is: impl Fn(&Board) -> bool) {
    while !is(shown) {
        shown.apply(piece(socket).await);
    }
}

fn waiting(board: &Board, team: TeamId) -> Option<i64> {
    board.teams.iter().find(|t| t.team_id == team).map(|t| t.waiting)
}

both! {
    async fn db_5_who_looks_at_the_board_hears_what_changes_in_their_teams(w) {
        let p = w.people();
        let (mut boss, mut agent) = (w.live(&p.supervisor).await, w.live(&p.agent).await);
        for socket in [&mut boss, &mut agent] {
            socket.send(&json!({"frame": "board", "on": true})).await;
        }
        let mut shown = piece(&mut boss).await;
        assert!(shown.whole && shown.teams.iter().all(|t| t.team_id == p.team));
        let before = waiting(&shown, p.team).unwrap();
        w.says("oi").await;
        until(&mut boss, &mut shown, |b| waiting(b, p.team) == Some(before + 1)).await;
        // Who leads nothing hears nothing, whatever their tab asks for.
        while let Some(frame) = agent.soon().await {
            assert_ne!(frame["frame"], "board");
        }
        // Who does not lead the team any more hears no more of it, and who looks away nothing.
        let none = MemberDraft { password: String::new(), user_id: Some(p.supervisor.cx.user), ..member_draft("Sofia", &[(p.team, true, false)]) };
        people::save_member(&p.admin.cx, none).await.unwrap();
        boss.frame_of("reset").await;
        w.says("oi").await;
        while let Some(frame) = boss.soon().await {
            assert_ne!(frame["frame"], "board");
        }
        let mut admin = w.live(&p.admin).await;
        admin.send(&json!({"frame": "board", "on": true})).await;
        assert!(piece(&mut admin).await.teams.len() > 1);
        admin.send(&json!({"frame": "board", "on": false})).await;
        while admin.soon().await.is_some() {}
        w.says("oi").await;
        while let Some(frame) = admin.soon().await {
            assert_ne!(frame["frame"], "board");
        }
    }
}
