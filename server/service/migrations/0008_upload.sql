-- Our own reactions. Files on their way out, their measures, and what may be removed from the store.

alter table message add column own_reaction text;

create table upload (
  id bigint primary key,
  account_id bigint not null references account (id),
  user_id bigint not null references users (id),
  wish text not null,
  mime text not null,
  file_name text not null,
  size bigint not null,
  sha256 text not null,
  small text not null,
  width bigint not null,
  height bigint not null,
  created_at bigint not null,
  expires_at bigint not null
);
create index upload_expiry on upload (expires_at);
create index upload_user on upload (account_id, user_id, id);
create index upload_sha256 on upload (sha256);
create index upload_small on upload (small) where small <> '';

alter table media add column small text not null default '';
alter table media add column width bigint not null default 0;
alter table media add column height bigint not null default 0;
alter table media add column uploaded_at bigint not null default 0;
alter table media add column link_until bigint;
create index media_sha256 on media (sha256) where sha256 <> '';
create index media_small on media (small) where small <> '';

-- A stored file by its hash. `used_at`: somebody is about to point to it. `doomed`: somebody stopped pointing to it.
create table stored_file (
  sha256 text primary key,
  used_at bigint not null,
  doomed boolean not null default false
);
create index stored_file_doomed on stored_file (used_at) where doomed;

insert into counter (account_id, name, value)
  select account_id, 'media_bytes', sum(size) from media where state = 'READY' group by account_id;
