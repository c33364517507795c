-- Only who serves a conversation answers in it.
alter table account add column only_assignee boolean not null default false;

-- Conversations that never close by themselves (AU-3): those that somebody paused, and those whose contact has such a tag.
alter table conversation add column paused boolean not null default false;
create table auto_close_tag (
  account_id bigint not null references account (id),
  tag_id bigint not null references tag (id) on delete cascade,
  primary key (account_id, tag_id)
);
create index auto_close_tag_tag on auto_close_tag (tag_id);

-- The archive (AR-2): by when it was concluded, of one agent, of one team.
create index conversation_archive_agent on conversation (account_id, assignee_id, completed_at, id) where status = 'COMPLETED';
create index conversation_archive_team on conversation (account_id, team_id, completed_at, id) where status = 'COMPLETED';
