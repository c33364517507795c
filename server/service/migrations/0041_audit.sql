-- What a message or note said before it was changed, deleted or taken back: apart from the audit, so that it goes with its message.
create table former_text (
  account_id bigint not null references account (id),
  id bigint primary key,
  message_id bigint not null references message (id) on delete cascade,
  at bigint not null,
  action text not null,
  body text not null
);
create index former_text_message on former_text (message_id, id);
@sqlite insert into former_text (account_id, id, message_id, at, action, body) select a.account_id, a.id, m.id, a.at, a.action, coalesce(json_extract(a.data, '$.before'), '') from audit a join message m on m.account_id = a.account_id and m.id = cast(a.subject as integer) where a.action in ('message.edit', 'message.recall', 'note.edit', 'note.delete') and a.data <> '{}';
@postgres insert into former_text (account_id, id, message_id, at, action, body) select a.account_id, a.id, m.id, a.at, a.action, coalesce(cast(a.data as json) ->> 'before', '') from audit a join message m on m.account_id = a.account_id and m.id = cast(a.subject as bigint) where a.action in ('message.edit', 'message.recall', 'note.edit', 'note.delete') and a.data <> '{}';
update audit set data = '{}' where action in ('message.edit', 'message.recall', 'note.edit', 'note.delete');

-- Who acted, under which heading, why, and from where.
alter table audit add column actor_kind text not null default 'SYSTEM';
alter table audit add column token_id bigint;
alter table audit add column area text not null default 'SETTINGS';
alter table audit add column reason text not null default '';
alter table audit add column address text not null default '';
alter table audit add column agent text not null default '';
alter table audit add column session text not null default '';
update audit set actor_kind = 'PERSON' where actor_id is not null;
update audit set area = case
  when action = 'conversation.purge' then 'DATA'
  when action = 'account.setup' or action like 'login.%' or action like 'token.%' or action like 'user.%' then 'ACCESS'
  when action like 'member.%' or action like 'team.%' then 'PEOPLE'
  when action like 'contact.%' then 'CONTACTS'
  when action like 'conversation%' or action like 'message.%' or action like 'note.%' then 'CONVERSATIONS'
  else 'SETTINGS' end;
drop index audit_time;
drop index audit_subject;
create index audit_page on audit (account_id, id);
create index audit_actor on audit (account_id, actor_id, id);
create index audit_area on audit (account_id, area, id);
create index audit_subject on audit (account_id, subject, id);

-- A line that is written stays as it is. Lines older than a moment can be removed while that moment stands here: only
-- audit::sweep sets it, within its own transaction.
create table audit_keep (id bigint primary key, until_at bigint not null);
insert into audit_keep (id, until_at) values (1, 0);
@sqlite create trigger audit_same before update on audit begin select raise(abort, 'the audit is append-only'); end;
@sqlite create trigger audit_stays before delete on audit when old.at >= coalesce((select max(until_at) from audit_keep), 0) begin select raise(abort, 'the audit is append-only'); end;
@postgres create function audit_refuses() returns trigger language plpgsql as $$ begin
@postgres   if tg_op = 'DELETE' then
@postgres     if old.at < coalesce((select max(until_at) from audit_keep), 0) then return old; end if;
@postgres   end if;
@postgres   raise exception 'the audit is append-only';
@postgres end $$;
@postgres create trigger audit_stays before update or delete on audit for each row execute function audit_refuses();
@postgres create trigger audit_whole before truncate on audit for each statement execute function audit_refuses();

-- Optional parts of the product: what an admin switched, when, and who.
create table module (
  account_id bigint not null references account (id),
  module text not null,
  enabled boolean not null,
  since bigint not null,
  by_id bigint,
  primary key (account_id, module)
);

-- The company behind an account.
create table company (
  account_id bigint not null references account (id),
  kind text not null default '',
  legal_name text not null default '',
  cnpj text not null default '',
  responsible_id bigint,
  email text not null default '',
  phone text not null default '',
  address text not null default '',
  primary key (account_id)
);
