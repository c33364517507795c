-- Texts that agents put into the composer. What they are sorted and found by is folded: no capital letters, no accents.
create table quick_reply (
  id bigint primary key,
  account_id bigint not null references account (id),
  owner_id bigint not null references users (id),
  scope text not null,
  alias text not null,
  alias_key text not null,
  text text not null,
  words text not null,
  archived boolean not null,
  created_at bigint not null,
  updated_at bigint not null
);
@postgres alter table quick_reply alter column alias_key type text collate "C";
create index quick_reply_order on quick_reply (account_id, archived, alias_key, id);

create table quick_reply_team (
  account_id bigint not null references account (id),
  reply_id bigint not null references quick_reply (id) on delete cascade,
  team_id bigint not null references team (id) on delete cascade,
  primary key (reply_id, team_id)
);
create index quick_reply_team_team on quick_reply_team (team_id);
