-- The first template that the contact has not answered: those from it on decide which category the next one must have.
alter table conversation add column awaiting_from bigint;

-- Reactions as they came, for a while: the network tells them in any order, also before the message that they stand on.
create table reaction (
  account_id bigint not null references account (id),
  channel_id bigint not null references channel (id),
  external_id text not null,
  id bigint not null,
  target text not null,
  phone text,
  bsuid text,
  emoji text not null,
  at bigint not null,
  created_at bigint not null,
  primary key (channel_id, external_id)
);
create index reaction_target on reaction (channel_id, target);
create index reaction_age on reaction (created_at);
