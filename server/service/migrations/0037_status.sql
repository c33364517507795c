-- What people do now: as they chose it, or as their browsers tell. Without a row: offline, never here.
create table user_status (
  account_id bigint not null references account (id),
  user_id bigint not null references users (id),
  status text not null,
  -- Why they are away: one of the four that every account has, or the key of one of its own; empty = not said.
  reason text not null default '',
  back_at bigint,
  -- Nobody chose it, and it ends by itself.
  by_itself boolean not null,
  since bigint not null,
  -- When a page of theirs was last connected, and when something was last typed or pointed at; to the minute.
  seen_at bigint not null,
  active_at bigint not null,
  -- The open one of the rows below; 0 before the first.
  period_id bigint not null default 0,
  primary key (account_id, user_id)
);

-- What they did when. Each begins where the one before it ends; the last has no end.
create table user_status_period (
  account_id bigint not null references account (id),
  id bigint primary key,
  user_id bigint not null references users (id),
  status text not null,
  reason text not null,
  by_itself boolean not null,
  from_at bigint not null,
  to_at bigint
);
create unique index user_status_period_open on user_status_period (account_id, user_id) where to_at is null;
create index user_status_period_time on user_status_period (account_id, user_id, from_at);
create index user_status_period_end on user_status_period (to_at) where to_at is not null;

-- Conversations whose contact was told that who serves it is away: once in each time away.
create table away_told (
  account_id bigint not null references account (id),
  conversation_id bigint not null references conversation (id) on delete cascade,
  period_id bigint not null references user_status_period (id) on delete cascade,
  primary key (conversation_id, period_id)
);
create index away_told_period on away_told (period_id);

-- Reasons for being away, in their order; empty = the four without texts. 0 minutes = never.
alter table account add column away_reasons text not null default '[]';
alter table account add column away_minutes bigint not null default 0;
alter table account add column offline_minutes bigint not null default 10;
alter table account add column status_version bigint not null default 0;
