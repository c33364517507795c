alter table users add column phone text;
create unique index users_phone on users (phone) where phone is not null;
alter table users add column terms_version text not null default '';
alter table users add column terms_at bigint;

alter table account add column second_factor_required boolean not null default false;
-- Codes by WhatsApp: the channel and an authentication template of it.
alter table account add column code_channel_id bigint references channel (id);
alter table account add column code_template_id bigint;

-- What makes a person's six figures every thirty seconds; in force from when the first ones were right.
create table second_factor (
  user_id bigint primary key references users (id),
  secret text not null,
  confirmed_at bigint,
  last_step bigint not null default 0,
  created_at bigint not null
);

create table recovery_code (
  user_id bigint not null references users (id),
  code_hash text not null,
  primary key (user_id, code_hash)
);

-- Who was asked to join and has not yet; joining or taking it back removes the row.
create table invitation (
  id bigint primary key,
  account_id bigint not null references account (id),
  email text not null,
  name text not null,
  role text not null,
  teams text not null,
  language text not null,
  token_hash text not null unique,
  invited_by bigint not null references users (id),
  sent_at bigint not null,
  expires_at bigint not null,
  created_at bigint not null
);
create unique index invitation_email on invitation (account_id, email);

create table reset_link (
  token_hash text primary key,
  user_id bigint not null references users (id),
  email text not null,
  expires_at bigint not null
);
create index reset_link_user on reset_link (user_id);
