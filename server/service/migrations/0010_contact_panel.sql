-- What an account adds to its contacts: fields with values, and tags. Lists show tags on every row: a contact's tags also
-- stand beside its name, as their ids between commas.
create table custom_field (
  id bigint primary key,
  account_id bigint not null references account (id),
  kind text not null,
  name text not null,
  name_key text not null,
  required boolean not null,
  archived boolean not null,
  options text not null,
  position bigint not null,
  created_at bigint not null
);
create unique index custom_field_name on custom_field (account_id, name_key) where not archived;

create table contact_field (
  account_id bigint not null references account (id),
  contact_id bigint not null references contact (id) on delete cascade,
  field_id bigint not null references custom_field (id),
  value text not null,
  primary key (contact_id, field_id)
);
create index contact_field_field on contact_field (field_id);

create table tag (
  id bigint primary key,
  account_id bigint not null references account (id),
  name text not null,
  name_key text not null,
  colour text not null,
  created_at bigint not null
);
create unique index tag_name on tag (account_id, name_key);

create table contact_tag (
  account_id bigint not null references account (id),
  contact_id bigint not null references contact (id) on delete cascade,
  tag_id bigint not null references tag (id),
  primary key (contact_id, tag_id)
);
create index contact_tag_tag on contact_tag (tag_id);
alter table contact add column tags text not null default '';

-- Counts the changes of a contact, so that two who change it at once notice.
alter table contact add column version bigint not null default 1;

-- A contact whose number is changed by hand goes on under the old one until its open conversation ends.
alter table conversation add column to_kind text;
alter table conversation add column to_address text;
