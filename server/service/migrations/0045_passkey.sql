-- By which a person's devices know them; says nothing about them. Empty = no passkey yet.
alter table users add column passkey_handle text not null default '';

-- Keys that people's devices hold. They belong to the person, in all their accounts.
create table passkey (
  id bigint primary key,
  user_id bigint not null references users (id),
  name text not null,
  -- The device's name for it, its public key, and what changes with each use (the counter), as the library writes them.
  credential text not null,
  public_key text not null,
  state text not null,
  transports bigint not null,
  synced boolean not null,
  created_at bigint not null,
  last_used_at bigint
);
create unique index passkey_credential on passkey (credential);
create index passkey_user on passkey (user_id, created_at);

-- Calls that were answered: none is answered twice.
create table passkey_answered (
  hash text primary key,
  expires_at bigint not null
);
create index passkey_answered_expires on passkey_answered (expires_at);
