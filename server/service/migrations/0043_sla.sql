-- Promises of service (NX-21): what is promised to which conversations, in their order; lists are JSON, empty = all.
create table sla_policy (
  account_id bigint not null references account (id),
  id bigint primary key,
  version bigint not null,
  place bigint not null,
  name text not null,
  active boolean not null,
  teams text not null,
  channels text not null,
  tags text not null,
  priorities text not null,
  -- 0 = not promised.
  first_minutes bigint not null,
  next_minutes bigint not null,
  resolve_minutes bigint not null,
  in_hours boolean not null,
  warn_unit text not null,
  warn_value bigint not null,
  warn_server boolean not null,
  warn_leads boolean not null,
  breach_server boolean not null,
  breach_leads boolean not null,
  requeue boolean not null
);
create index sla_policy_place on sla_policy (account_id, place, id);

-- Each promise to a conversation: those that run have no end, of the others it is kept how they ended. Team and assignee
-- are those at the end.
create table sla_clock (
  account_id bigint not null references account (id),
  id bigint primary key,
  conversation_id bigint not null references conversation (id) on delete cascade,
  target text not null,
  policy_id bigint not null,
  minutes bigint not null,
  in_hours boolean not null,
  started_at bigint not null,
  due_at bigint,
  warn_at bigint,
  warned_at bigint,
  breached_at bigint,
  ended_at bigint,
  outcome text,
  took bigint,
  team_id bigint,
  assignee_id bigint
);
-- Of an answer and of the conclusion one each runs at a time.
create unique index sla_clock_running on sla_clock (conversation_id, (target = 'RESOLVE')) where ended_at is null;
create index sla_clock_history on sla_clock (account_id, conversation_id, id);
create index sla_clock_ended on sla_clock (account_id, ended_at, id) where ended_at is not null;

alter table conversation add column priority text not null default 'NORMAL';
-- The contact's first message that nobody has answered, and their first one since it began or was taken up again.
alter table conversation add column asked_since bigint;
alter table conversation add column heard_since bigint;
-- How its promises stand, when that is looked at next, and of what they were worked out.
alter table conversation add column sla text;
alter table conversation add column sla_at bigint;
alter table conversation add column sla_key text not null default '';
update conversation set asked_since = waiting_since, heard_since = started_at where status <> 'COMPLETED' and last_in_at is not null;
create index conversation_sla_at on conversation (sla_at, id) where sla_at is not null;
create index conversation_sla on conversation (account_id, team_id, sla) where sla is not null;
