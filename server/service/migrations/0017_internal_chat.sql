-- The internal chat (04, section 4.13): off until an admin switches it on.
alter table account add column internal_chat boolean not null default false;

-- A thread: of two people (the smaller id first), of a team, or of everybody.
create table talk (
  id bigint primary key,
  account_id bigint not null references account (id),
  kind text not null,
  team_id bigint references team (id),
  low_id bigint references users (id),
  high_id bigint references users (id),
  -- The newest message; 0 while nobody has written.
  last_id bigint not null default 0,
  created_at bigint not null
);
create unique index talk_pair on talk (account_id, low_id, high_id) where kind = 'PAIR';
create unique index talk_team on talk (account_id, team_id) where kind = 'TEAM';
create unique index talk_all on talk (account_id) where kind = 'ALL';
create index talk_last on talk (account_id, last_id);

create table talk_message (
  id bigint primary key,
  account_id bigint not null references account (id),
  talk_id bigint not null references talk (id) on delete cascade,
  author_id bigint not null references users (id),
  client_id text not null,
  body text not null,
  conversation_id bigint references conversation (id) on delete set null,
  at bigint not null
);
create unique index talk_message_client on talk_message (talk_id, author_id, client_id);
create index talk_message_page on talk_message (account_id, talk_id, id);
create index talk_message_conversation on talk_message (conversation_id) where conversation_id is not null;

create table talk_file (
  id bigint primary key,
  account_id bigint not null references account (id),
  message_id bigint not null references talk_message (id) on delete cascade,
  mime text not null,
  file_name text not null,
  size bigint not null,
  sha256 text not null,
  small text not null,
  width bigint not null,
  height bigint not null
);
create index talk_file_message on talk_file (message_id);
create index talk_file_sha256 on talk_file (sha256);
create index talk_file_small on talk_file (small) where small <> '';

-- What one person has to read in a talk, and what they were told of it.
create table talk_mark (
  account_id bigint not null references account (id),
  talk_id bigint not null references talk (id) on delete cascade,
  user_id bigint not null references users (id),
  -- Up to which message they have read.
  read_id bigint not null,
  unread bigint not null,
  -- The same for the bell, which is read on its own, too: the last message that it told of, and when; 0 for none.
  news bigint not null,
  told_id bigint not null,
  at bigint not null,
  -- When it goes to the person's browsers; none when it went, or they have none.
  push_at bigint,
  primary key (talk_id, user_id)
);
create index talk_mark_list on talk_mark (account_id, user_id, at, talk_id);
create index talk_mark_push on talk_mark (push_at) where push_at is not null;

-- A note on its way to one browser is about a conversation or a talk. Those that wait find their notification gone, too.
create table push_note (
  account_id bigint not null references account (id),
  subscription_id bigint not null references push_subscription (id) on delete cascade,
  subject_id bigint not null,
  kind text not null,
  tries bigint not null default 0,
  next_at bigint not null,
  until bigint not null,
  primary key (subscription_id, subject_id, kind)
);
insert into push_note (account_id, subscription_id, subject_id, kind, tries, next_at, until)
  select account_id, subscription_id, conversation_id, kind, tries, next_at, until from push_job;
drop table push_job;
alter table push_note rename to push_job;
create index push_job_due on push_job (next_at);
