-- Since when whoever serves it owes the contact an answer, since when they have it, and of which time of owing they were
-- reminded (AU-2).
alter table conversation add column owed_since bigint;
alter table conversation add column assigned_at bigint;
alter table conversation add column reminded_of bigint;
update conversation set owed_since = waiting_since where status <> 'COMPLETED' and waiting_since is not null;
create index conversation_owed on conversation (account_id, owed_since, id) where status = 'IN_PROGRESS' and owed_since is not null;

-- 0 = off.
alter table auto_close add column remind_minutes bigint not null default 0;
alter table auto_close add column return_minutes bigint not null default 0;
