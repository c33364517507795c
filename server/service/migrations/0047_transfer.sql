-- What goes with a transfer that a person makes: an internal note is demanded, and what the contact is told; empty = nothing.
alter table account add column transfer_note boolean not null default false;
alter table account add column transfer_message text not null default '';

-- Who accepted which documents, and when: each version once. The person's row holds the last one alone.
create table terms_acceptance (
  id bigint primary key,
  user_id bigint not null references users (id),
  version text not null,
  -- The date that the version bore, such as 2026-11-01; empty = none was said.
  dated text not null,
  at bigint not null,
  address text not null
);
create unique index terms_acceptance_once on terms_acceptance (user_id, version);
-- Of what was accepted before this, the last is known. One row for each person: the person's id does for the row's.
insert into terms_acceptance (id, user_id, version, dated, at, address) select id, id, terms_version, '', terms_at, '' from users where terms_version <> '' and terms_at is not null;
