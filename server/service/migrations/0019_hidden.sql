-- What somebody deleted for themselves; everybody else goes on seeing it.
create table message_hidden (
  account_id bigint not null references account (id),
  user_id bigint not null references users (id),
  message_id bigint not null references message (id) on delete cascade,
  at bigint not null,
  primary key (user_id, message_id)
);
create index message_hidden_message on message_hidden (message_id);

-- Who is named in a note, and where in its text.
alter table message add column mentions text;
