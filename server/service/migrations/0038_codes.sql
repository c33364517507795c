-- Codes of six figures that were sent to somebody: at most one for each purpose and person.
create table one_time_code (
  purpose text not null,
  subject text not null,
  code_hash text not null,
  sent_at bigint not null,
  expires_at bigint not null,
  tries bigint not null,
  primary key (purpose, subject)
);

-- Who has just proved that it is they, and for which act.
create table step_up_grant (
  account_id bigint not null references account (id),
  user_id bigint not null references users (id),
  login_id bigint not null,
  action text not null,
  expires_at bigint not null,
  primary key (account_id, user_id, login_id, action)
);
