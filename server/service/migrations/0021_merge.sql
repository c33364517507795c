-- Conversations and contacts that were merged into another (NX-2, NX-3), and what it takes to undo that.
alter table conversation add column merged_into bigint;
create index conversation_merged on conversation (merged_into) where merged_into is not null;
alter table contact add column merged_into bigint;
-- The network named two contacts as one person (20, identity rule): offered as a duplicate.
alter table contact add column same_as bigint;
create index contact_same on contact (account_id, same_as) where same_as is not null;
-- Came with a merged contact: leads to who it was merged into for good, also when it is written to no more.
alter table contact_identity add column merged boolean not null default false;

create table merge (
  id bigint primary key,
  account_id bigint not null references account (id),
  kind text not null,
  source_id bigint not null,
  target_id bigint not null,
  -- The merge of contacts of which that of their conversations is a part.
  part_of bigint references merge (id) on delete cascade,
  user_id bigint not null,
  at bigint not null,
  until_at bigint not null,
  label text not null,
  before text not null
);
create index merge_target on merge (account_id, target_id);
create index merge_part on merge (part_of) where part_of is not null;
create index merge_until on merge (until_at);

create table merged_message (
  account_id bigint not null,
  merge_id bigint not null references merge (id) on delete cascade,
  message_id bigint not null references message (id) on delete cascade,
  primary key (merge_id, message_id)
);
create index merged_message_message on merged_message (message_id);
