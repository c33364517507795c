//! Migrations, embedded and forward only. One text serves both databases; a line that begins with `@sqlite` or
//! `@postgres` is for that one.

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};

const STEPS: &[(i64, &str, &str)] = &[
    (1, "ground", include_str!("../migrations/0001_ground.sql")),
    (2, "webhook_app", include_str!("../migrations/0002_webhook_app.sql")),
    (3, "visited_page", include_str!("../migrations/0003_visited_page.sql")),
    (4, "order", include_str!("../migrations/0004_order.sql")),
    (5, "search", include_str!("../migrations/0005_search.sql")),
    (6, "former_identity", include_str!("../migrations/0006_former_identity.sql")),
    (7, "note", include_str!("../migrations/0007_note.sql")),
    (8, "upload", include_str!("../migrations/0008_upload.sql")),
    (9, "closing", include_str!("../migrations/0009_closing.sql")),
    (10, "contact_panel", include_str!("../migrations/0010_contact_panel.sql")),
    (11, "quick_reply", include_str!("../migrations/0011_quick_reply.sql")),
    (12, "push", include_str!("../migrations/0012_push.sql")),
    (13, "delay", include_str!("../migrations/0013_delay.sql")),
    (14, "view", include_str!("../migrations/0014_view.sql")),
    (16, "file_name", include_str!("../migrations/0016_file_name.sql")),
    (17, "internal_chat", include_str!("../migrations/0017_internal_chat.sql")),
    (18, "answering", include_str!("../migrations/0018_answering.sql")),
    (19, "hidden", include_str!("../migrations/0019_hidden.sql")),
    (20, "reply_file", include_str!("../migrations/0020_reply_file.sql")),
    (21, "merge", include_str!("../migrations/0021_merge.sql")),
    (22, "contact_photo", include_str!("../migrations/0022_contact_photo.sql")),
    (23, "sticker", include_str!("../migrations/0023_sticker.sql")),
    (26, "forwarded", include_str!("../migrations/0026_forwarded.sql")),
    (30, "hours", include_str!("../migrations/0030_hours.sql")),
    (31, "search_signs", include_str!("../migrations/0031_search_signs.sql")),
    (32, "film_length", include_str!("../migrations/0032_film_length.sql")),
    (33, "team_archive", include_str!("../migrations/0033_team_archive.sql")),
    (34, "owed", include_str!("../migrations/0034_owed.sql")),
    (35, "watch", include_str!("../migrations/0035_watch.sql")),
    (36, "distribution", include_str!("../migrations/0036_distribution.sql")),
    (37, "status", include_str!("../migrations/0037_status.sql")),
    (38, "codes", include_str!("../migrations/0038_codes.sql")),
    (39, "door", include_str!("../migrations/0039_door.sql")),
    (40, "roles", include_str!("../migrations/0040_roles.sql")),
    (41, "audit", include_str!("../migrations/0041_audit.sql")),
    (42, "board", include_str!("../migrations/0042_board.sql")),
    (43, "sla", include_str!("../migrations/0043_sla.sql")),
    (44, "masks", include_str!("../migrations/0044_masks.sql")),
    (45, "passkey", include_str!("../migrations/0045_passkey.sql")),
    (46, "sso", include_str!("../migrations/0046_sso.sql")),
    (47, "transfer", include_str!("../migrations/0047_transfer.sql")),
    (48, "invited_role", include_str!("../migrations/0048_invited_role.sql")),
];

/// The steps for one database.
pub fn steps(sqlite: bool) -> Migrator {
    let steps = STEPS.iter().map(|(version, name, text)| {
        Migration::new(*version, (*name).into(), MigrationType::Simple, AssertSqlSafe(for_database(text, sqlite)).into_sql_str(), false)
    });
    Migrator::with_migrations(steps.collect())
}

fn for_database(text: &str, sqlite: bool) -> String {
    let (own, other) = if sqlite { ("@sqlite ", "@postgres ") } else { ("@postgres ", "@sqlite ") };
    let text = text.lines().filter(|l| !l.starts_with(other)).map(|l| l.strip_prefix(own).unwrap_or(l)).collect::<Vec<_>>().join("\n");
    // SQLite keeps rows under such a key itself; any other type costs a second tree.
    if sqlite { text.replace("bigint primary key", "integer primary key") } else { text }
}
