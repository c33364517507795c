-- What people keep: snoozed conversations, pins, views.
alter table conversation add column snoozed_until bigint;
create index conversation_snoozed on conversation (snoozed_until, id) where snoozed_until is not null;
create index conversation_asleep on conversation (account_id, assignee_id, snoozed_until) where snoozed_until is not null;

create table pin (
  account_id bigint not null references account (id),
  user_id bigint not null references users (id),
  conversation_id bigint not null references conversation (id) on delete cascade,
  at bigint not null,
  primary key (account_id, user_id, conversation_id)
);
create index pin_conversation on pin (conversation_id);

create table saved_view (
  id bigint primary key,
  account_id bigint not null references account (id),
  owner_id bigint not null references users (id),
  scope text not null,
  team_id bigint references team (id) on delete cascade,
  name text not null,
  name_key text not null,
  filter text not null,
  oldest_first boolean not null,
  created_at bigint not null,
  updated_at bigint not null
);
create index saved_view_account on saved_view (account_id, name_key, id);
