-- Notifications: one row for each person, conversation and kind, counted up until it is read.
create table alert (
  account_id bigint not null references account (id),
  user_id bigint not null references users (id),
  conversation_id bigint not null references conversation (id) on delete cascade,
  kind text not null,
  count bigint not null,
  at bigint not null,
  read_at bigint,
  -- When it goes to the person's browsers; none when it went, or they have none.
  push_at bigint,
  primary key (user_id, conversation_id, kind)
);
create index alert_list on alert (account_id, user_id, at, conversation_id, kind);
create index alert_unread on alert (account_id, user_id, conversation_id) where read_at is null;
create index alert_conversation on alert (conversation_id);
create index alert_age on alert (at);
create index alert_push on alert (push_at) where push_at is not null;

create table alert_setting (
  account_id bigint not null references account (id),
  user_id bigint not null references users (id),
  -- Kinds of which the person wants to hear nothing at all: ',QUEUE,FAILED,'.
  muted text not null,
  settings text not null,
  primary key (account_id, user_id)
);

-- A browser that gets notes while no page is open. It goes with its login.
create table push_subscription (
  id bigint primary key,
  account_id bigint not null references account (id),
  user_id bigint not null references users (id),
  login_id bigint not null references login (id) on delete cascade,
  endpoint_hash text not null unique,
  endpoint text not null,
  p256dh text not null,
  auth text not null,
  language text not null,
  refusals bigint not null default 0,
  created_at bigint not null
);
create index push_subscription_user on push_subscription (account_id, user_id);
create index push_subscription_login on push_subscription (login_id);

-- A note on its way to one browser.
create table push_job (
  account_id bigint not null references account (id),
  subscription_id bigint not null references push_subscription (id) on delete cascade,
  conversation_id bigint not null references conversation (id) on delete cascade,
  kind text not null,
  tries bigint not null default 0,
  next_at bigint not null,
  until bigint not null,
  primary key (subscription_id, conversation_id, kind)
);
create index push_job_due on push_job (next_at);
create index push_job_conversation on push_job (conversation_id);

-- Keys that the server made for itself, encrypted.
create table server_secret (
  name text primary key,
  sealed text not null
);

-- The photo of a person: the hash under which it lies in the data folder.
alter table users add column photo text not null default '';
