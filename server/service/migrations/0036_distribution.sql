-- Distribution (03, section 3.7): off until an admin switches it on, for the account and for a team.
alter table account add column distribution boolean not null default false;

create table distribution (
  account_id bigint not null references account (id),
  team_id bigint primary key references team (id) on delete cascade,
  enabled boolean not null,
  algorithm text not null,
  only_online boolean not null,
  overflow boolean not null,
  wait_minutes bigint not null,
  max_minutes bigint not null,
  max_concurrent bigint not null,
  -- Who was last in turn.
  pointer_id bigint
);

-- When a person last got something of the team, by the account's count of what was handed out.
create table distribution_turn (
  account_id bigint not null references account (id),
  team_id bigint not null references team (id) on delete cascade,
  user_id bigint not null references users (id),
  turn bigint not null,
  primary key (team_id, user_id)
);

-- Tags that a person serves (NX-19).
create table user_skill (
  account_id bigint not null references account (id),
  user_id bigint not null references users (id),
  tag_id bigint not null references tag (id) on delete cascade,
  primary key (account_id, user_id, tag_id)
);
create index user_skill_tag on user_skill (tag_id);

-- Since when it waits and somebody may be looked for; none once that has taken too long: then it is the whole team's.
alter table conversation add column queued_at bigint;
-- For whom it waits, since when, since when somebody is looked for, and when it goes on to the next one.
alter table conversation add column designated_id bigint references users (id);
alter table conversation add column designated_at bigint;
alter table conversation add column designated_since bigint;
alter table conversation add column overflow_at bigint;
update conversation set queued_at = started_at where status = 'PENDING';
create index conversation_backlog on conversation (account_id, team_id, queued_at, id) where queued_at is not null and designated_id is null;
create index conversation_designated on conversation (account_id, designated_id, team_id) where designated_id is not null;
create index conversation_overflow on conversation (account_id, overflow_at, id) where overflow_at is not null;
