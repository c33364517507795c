-- A line that begins with @sqlite or @postgres is for that database only.
create table account (
  id bigint primary key,
  name text not null,
  time_zone text not null,
  closing_message text not null default '',
  created_at bigint not null
);

create table users (
  id bigint primary key,
  email text not null unique,
  name text not null,
  nickname text not null default '',
  password_hash text not null,
  created_at bigint not null
);

create table membership (
  account_id bigint not null references account (id),
  user_id bigint not null references users (id),
  role text not null,
  availability text not null default 'AVAILABLE',
  archive_preference text not null default '12H',
  active boolean not null default true,
  created_at bigint not null,
  primary key (account_id, user_id)
);
create index membership_user on membership (user_id);

create table login (
  id bigint primary key,
  token_hash text not null unique,
  user_id bigint not null references users (id),
  account_id bigint not null references account (id),
  created_at bigint not null,
  last_seen_at bigint not null,
  expires_at bigint not null,
  address text not null,
  agent text not null
);
create index login_user on login (user_id);

create table throttle (
  key text primary key,
  failures bigint not null,
  until bigint not null,
  expires_at bigint not null
);

create table team (
  id bigint primary key,
  account_id bigint not null references account (id),
  name text not null,
  is_default boolean not null,
  restriction text not null,
  closing_message text not null default '',
  created_at bigint not null
);
create unique index team_name on team (account_id, lower(name));
create unique index team_one_default on team (account_id) where is_default;

create table team_member (
  account_id bigint not null references account (id),
  team_id bigint not null references team (id) on delete cascade,
  user_id bigint not null references users (id),
  is_agent boolean not null,
  is_supervisor boolean not null,
  primary key (team_id, user_id)
);
create index team_member_user on team_member (account_id, user_id);

create table channel (
  id bigint primary key,
  account_id bigint not null references account (id),
  kind text not null,
  name text not null,
  external_id text not null,
  waba_id text not null default '',
  display text not null default '',
  team_id bigint references team (id),
  status text not null,
  status_reason text,
  config text not null default '{}',
  secrets text not null default '',
  created_at bigint not null
);
create unique index channel_external on channel (kind, external_id);
create unique index channel_name on channel (account_id, lower(name));
create index channel_waba on channel (waba_id);

create table contact (
  id bigint primary key,
  account_id bigint not null references account (id),
  name text not null,
  phone text,
  email text,
  status text not null default 'ACTIVE',
  annotation text not null default '',
  created_at bigint not null,
  updated_at bigint not null
);
create index contact_account on contact (account_id, id);

create table contact_identity (
  account_id bigint not null references account (id),
  kind text not null,
  value text not null,
  contact_id bigint not null references contact (id) on delete cascade,
  channel_kind text not null,
  address text not null,
  username text,
  created_at bigint not null,
  primary key (account_id, kind, value)
);
create index contact_identity_contact on contact_identity (contact_id);

create table contact_term (
  account_id bigint not null,
  term text not null,
  contact_id bigint not null references contact (id) on delete cascade,
  primary key (account_id, term, contact_id)
);
create index contact_term_contact on contact_term (contact_id);
-- Prefixes are ranges of bytes, whatever the database's language.
@postgres alter table contact_term alter column term type text collate "C";

create table conversation (
  id bigint primary key,
  account_id bigint not null references account (id),
  protocol text not null,
  contact_id bigint not null references contact (id),
  channel_id bigint not null references channel (id),
  team_id bigint not null references team (id),
  assignee_id bigint references users (id),
  status text not null,
  started_at bigint not null,
  completed_at bigint,
  first_response_at bigint,
  last_in_at bigint,
  last_at bigint not null,
  waiting_since bigint,
  window_expires_at bigint,
  awaiting_reply boolean not null default false,
  awaiting_category text,
  unread bigint not null default 0,
  reactivate_until bigint,
  last_in_external text,
  preview_id bigint not null default 0,
  preview_at bigint not null default 0,
  preview_kind text not null,
  preview_direction text not null,
  preview_status text not null,
  preview_text text not null,
  preview_author_id bigint,
  referral text
);
@postgres alter table conversation alter column protocol type text collate "C";
create unique index conversation_protocol on conversation (account_id, protocol);
create unique index conversation_one_open on conversation (channel_id, contact_id) where status <> 'COMPLETED';
create index conversation_list on conversation (account_id, status, last_at, id);
create index conversation_mine on conversation (account_id, assignee_id, status, last_at, id);
create index conversation_team on conversation (account_id, team_id, status, last_at, id);
create index conversation_contact on conversation (account_id, contact_id, last_at);

create table message (
  id bigint primary key,
  account_id bigint not null references account (id),
  conversation_id bigint not null references conversation (id),
  channel_id bigint not null references channel (id),
  direction text not null,
  kind text not null,
  status text not null,
  body text not null,
  content text,
  author_id bigint,
  client_id text,
  external_id text,
  quoted text,
  reactions text,
  problem text,
  at bigint not null,
  sent_at bigint,
  delivered_at bigint,
  read_at bigint
);
create index message_timeline on message (conversation_id, at, id);
create unique index message_external on message (channel_id, external_id) where external_id is not null;
create unique index message_client on message (conversation_id, client_id) where client_id is not null;
create index message_waiting on message (conversation_id, id) where status = 'WAIT_REPLY';

create table message_raw (
  message_id bigint primary key references message (id) on delete cascade,
  account_id bigint not null,
  raw text not null
);

@sqlite create virtual table message_fts using fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = "ascii");
@postgres create table message_fts (rowid bigint primary key, words tsvector not null);
@postgres create index message_fts_words on message_fts using gin (words);

create table media (
  id bigint primary key,
  account_id bigint not null references account (id),
  conversation_id bigint not null references conversation (id),
  message_id bigint not null references message (id) on delete cascade,
  channel_id bigint not null references channel (id),
  state text not null,
  mime text not null,
  file_name text not null default '',
  size bigint not null default 0,
  sha256 text not null default '',
  external_id text not null default '',
  attempts bigint not null default 0,
  next_at bigint not null default 0
);
create index media_pending on media (next_at) where state = 'PENDING';
create index media_message on media (message_id);

create table template (
  id bigint primary key,
  account_id bigint not null references account (id),
  channel_id bigint not null references channel (id),
  external_id text not null,
  name text not null,
  language text not null,
  status text not null,
  definition text not null,
  synced_at bigint not null
);
create unique index template_name on template (channel_id, name, language);

create table outbox (
  id bigint primary key,
  account_id bigint not null references account (id),
  channel_id bigint not null references channel (id),
  contact_id bigint not null references contact (id),
  conversation_id bigint not null references conversation (id),
  message_id bigint not null,
  kind text not null,
  payload text not null,
  state text not null,
  attempts bigint not null default 0,
  next_at bigint not null,
  locked_until bigint not null default 0,
  created_at bigint not null
);
create index outbox_due on outbox (state, next_at);
create index outbox_order on outbox (channel_id, contact_id, id);
create index outbox_message on outbox (message_id);

create table webhook (
  id bigint primary key,
  source text not null,
  hash text not null unique,
  body text not null,
  received_at bigint not null,
  state text not null,
  attempts bigint not null default 0,
  note text not null default ''
);
create index webhook_new on webhook (id) where state = 'NEW';
create index webhook_age on webhook (received_at);

create table parked_status (
  account_id bigint not null,
  channel_id bigint not null references channel (id),
  external_id text not null,
  status text not null,
  fact text not null,
  at bigint not null,
  primary key (channel_id, external_id, status)
);

create table counter (
  account_id bigint not null references account (id),
  name text not null,
  value bigint not null,
  primary key (account_id, name)
);

create table event (
  account_id bigint not null references account (id),
  seq bigint not null,
  at bigint not null,
  change text not null,
  primary key (account_id, seq)
);
create index event_age on event (at);

create table audit (
  id bigint primary key,
  account_id bigint not null references account (id),
  at bigint not null,
  actor_id bigint,
  action text not null,
  subject text not null,
  data text not null default '{}'
);
create index audit_time on audit (account_id, at);

create table draft (
  account_id bigint not null references account (id),
  user_id bigint not null references users (id),
  conversation_id bigint not null references conversation (id) on delete cascade,
  body text not null,
  updated_at bigint not null,
  primary key (user_id, conversation_id)
);

create table api_token (
  id bigint primary key,
  account_id bigint not null references account (id),
  user_id bigint not null references users (id),
  token_hash text not null unique,
  name text not null,
  created_at bigint not null,
  last_used_at bigint,
  revoked_at bigint
);
