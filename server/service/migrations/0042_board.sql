-- What happens to conversations on their way through a team, and what that adds up to by hour, day and month (13, DB-1 to DB-6).
-- A row of `step` outlives its conversation: it holds nothing that was said.
create table step (
  account_id bigint not null references account (id),
  id bigint not null,
  conversation_id bigint not null,
  kind text not null,
  at bigint not null,
  team_id bigint not null,
  channel_id bigint not null,
  user_id bigint,
  reason_id bigint,
  -- How long what ends here took, by the clock and within the team's hours of then; none when nothing does.
  wall bigint,
  open bigint,
  primary key (account_id, conversation_id, id)
);
create index step_time on step (account_id, at);

create table tally (
  account_id bigint not null references account (id),
  dimension text not null,
  grain text not null,
  -- Hours since 1970 in UTC; days since 1970, or months since year 0, of the account's zone.
  at bigint not null,
  team_id bigint not null,
  key_id bigint not null,
  fresh bigint not null,
  entered bigint not null,
  begun bigint not null,
  assumed bigint not null,
  answered bigint not null,
  closed bigint not null,
  served bigint not null,
  received bigint not null,
  sent bigint not null,
  wait_wall bigint not null,
  wait_open bigint not null,
  answer_wall bigint not null,
  answer_open bigint not null,
  serve_wall bigint not null,
  serve_open bigint not null,
  -- How often a time fell into which step, as JSON; none for hours.
  times text not null,
  primary key (account_id, dimension, grain, at, team_id, key_id)
@sqlite ) without rowid;
@postgres );
-- Whether it has been added up what was there before there were tallies.
alter table account add column tallied boolean not null default false;

-- In whose team's conversation a message was written; older ones: the team that the conversation is in.
alter table message add column team_id bigint;

-- Where a conversation is on its way: since when in the queue, since when somebody has it, when a person first wrote.
alter table conversation add column entered_at bigint;
alter table conversation add column assumed_at bigint;
alter table conversation add column answered_at bigint;
update conversation set entered_at = coalesce(queued_at, started_at) where status = 'PENDING';
update conversation set entered_at = started_at, assumed_at = coalesce(assigned_at, started_at), answered_at = first_response_at where status = 'IN_PROGRESS';
create index conversation_board on conversation (account_id, team_id, entered_at, id) where status = 'PENDING';
create index conversation_board_people on conversation (account_id, team_id, assignee_id, last_at, id) where status = 'IN_PROGRESS';

-- Since when a team's queue is closed by hand.
alter table team add column shut_at bigint;
