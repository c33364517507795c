-- Who watches a conversation (NX-11). The rows are for looking up by person; the column says the same beside the
-- conversation, as ids with commas between them, in the order in which people began.
create table watch (
  account_id bigint not null references account (id),
  user_id bigint not null references users (id),
  conversation_id bigint not null references conversation (id) on delete cascade,
  primary key (account_id, user_id, conversation_id)
);
create index watch_conversation on watch (conversation_id);
alter table conversation add column watchers text not null default '';
-- The colleague who asked, where one did.
alter table alert add column by_id bigint references users (id);
