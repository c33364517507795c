-- A note may be changed later by who wrote it (NT-3).

alter table message add column edited_at bigint;
