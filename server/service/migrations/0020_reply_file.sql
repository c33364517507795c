-- A quick reply may carry one file; its bytes are in the store, as those of messages.
create table quick_reply_file (
  id bigint primary key,
  account_id bigint not null references account (id),
  reply_id bigint not null references quick_reply (id),
  wish text not null,
  mime text not null,
  file_name text not null,
  size bigint not null,
  sha256 text not null,
  small text not null,
  width bigint not null,
  height bigint not null
);
create unique index quick_reply_file_reply on quick_reply_file (reply_id);
create index quick_reply_file_sha256 on quick_reply_file (sha256);
create index quick_reply_file_small on quick_reply_file (small) where small <> '';
-- Photos are files of the store, too: the clean-up asks who has one.
create index users_photo on users (photo) where photo <> '';
