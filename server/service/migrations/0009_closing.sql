-- How conversations end: reasons, classifications, automatic closing.
alter table account add column classify boolean not null default false;
alter table account add column classify_required boolean not null default false;
alter table account add column may_skip_message boolean not null default true;
alter table account add column currency text not null default 'BRL';
alter table membership add column classify_on_conclude boolean not null default false;

create table reason (
  id bigint primary key,
  account_id bigint not null references account (id),
  description text not null,
  category text not null,
  has_monetary_value boolean not null,
  team_id bigint references team (id),
  active boolean not null,
  created_at bigint not null
);
create unique index reason_description on reason (account_id, category, coalesce(team_id, 0), lower(description));

-- What the reason was called then is kept: history does not change with the list.
alter table conversation add column closed_by bigint;
alter table conversation add column reason_id bigint references reason (id);
alter table conversation add column reason_category text;
alter table conversation add column reason_text text;
alter table conversation add column amount_minor bigint;
alter table conversation add column amount_currency text;
create index conversation_reason on conversation (reason_id) where reason_id is not null;

-- Since when the contact owes an answer, and when it was warned of the closing that follows.
alter table conversation add column idle_since bigint;
alter table conversation add column warned_at bigint;
update conversation set idle_since = preview_at where status = 'IN_PROGRESS' and preview_id <> 0 and preview_direction = 'OUT' and preview_author_id is not null;
create index conversation_idle on conversation (account_id, idle_since, id) where status = 'IN_PROGRESS' and idle_since is not null;

-- Neither team nor channel: for the whole account.
create table auto_close (
  account_id bigint not null references account (id),
  id bigint primary key,
  team_id bigint references team (id),
  channel_id bigint references channel (id),
  enabled boolean not null,
  idle_minutes bigint not null,
  warn_minutes bigint not null,
  warn_text text not null,
  closing_text text not null,
  reason_id bigint references reason (id)
);
create unique index auto_close_for on auto_close (account_id, coalesce(team_id, 0), coalesce(channel_id, 0));

-- Conclusions of many at once: the job, and the set that was frozen when it was confirmed.
create table closing_job (
  id bigint primary key,
  account_id bigint not null references account (id),
  user_id bigint not null references users (id),
  state text not null,
  draft text not null,
  total bigint not null,
  done bigint not null default 0,
  failed bigint not null default 0,
  created_at bigint not null,
  finished_at bigint
);
create index closing_job_account on closing_job (account_id, id);
create index closing_job_running on closing_job (id) where state = 'RUNNING';
create table closing_item (
  account_id bigint not null references account (id),
  job_id bigint not null references closing_job (id) on delete cascade,
  conversation_id bigint not null references conversation (id) on delete cascade,
  state text not null,
  fault text,
  primary key (job_id, conversation_id)
);
create index closing_item_waiting on closing_item (job_id, conversation_id) where state = 'WAITING';
create index closing_item_conversation on closing_item (conversation_id);

-- How many months a concluded conversation is kept; 0 = for ever. What was purged is written down without its content.
alter table account add column retention_months bigint not null default 0;
create table purge (
  account_id bigint not null references account (id),
  id bigint primary key,
  at bigint not null,
  conversations bigint not null,
  messages bigint not null,
  files bigint not null,
  before_at bigint not null
);
create index purge_time on purge (account_id, id);
create index conversation_completed on conversation (account_id, completed_at, id) where status = 'COMPLETED';
create index audit_subject on audit (account_id, subject);
create index media_conversation on media (conversation_id);
create index media_file on media (sha256) where sha256 <> '';
