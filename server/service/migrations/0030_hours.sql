-- When it is open. Without a team: the account's, which is there once an admin has saved it.
create table hours (
  account_id bigint not null references account (id),
  id bigint primary key,
  team_id bigint references team (id) on delete cascade,
  version bigint not null,
  limited boolean not null,
  week text not null,
  dates text not null,
  reply boolean not null,
  reply_text text not null
);
create unique index hours_for on hours (account_id, coalesce(team_id, 0));

-- When the contact was told that it is closed, and until when that was said to be so.
alter table contact add column off_hours_at bigint;
alter table contact add column off_hours_until bigint;

-- Automatic closing waits for the opening (AU-5).
alter table auto_close add column in_hours boolean not null default true;
