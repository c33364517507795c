-- Roles that an account makes (03, section 3.3). The built-in ones stand in the program.
create table custom_role (
  account_id bigint not null references account (id),
  id bigint primary key,
  name text not null,
  sight text not null,
  -- Words with commas between them.
  permissions text not null,
  version bigint not null default 1,
  created_at bigint not null
);
create unique index custom_role_name on custom_role (account_id, lower(name));
alter table membership add column role_id bigint references custom_role (id);
create index membership_role on membership (role_id) where role_id is not null;

-- A deleted team stays for what was completed in it; its name is free again.
alter table team add column deleted_at bigint;
alter table team add column version bigint not null default 1;
drop index team_name;
create unique index team_name on team (account_id, lower(name)) where deleted_at is null;

-- Open conversations on their way from a person or a team that is gone.
create table moving (
  account_id bigint not null references account (id),
  id bigint primary key,
  by_id bigint not null references users (id),
  user_id bigint references users (id),
  team_id bigint references team (id),
  to_user_id bigint references users (id),
  to_team_id bigint references team (id),
  complete boolean not null,
  reason_id bigint references reason (id),
  total bigint not null,
  done bigint not null default 0,
  created_at bigint not null,
  finished_at bigint
);
create index moving_open on moving (id) where finished_at is null;
create index moving_account on moving (account_id, id);
