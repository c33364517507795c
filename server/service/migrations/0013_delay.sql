-- The safety delay: how long a message of one of us waits, and until when it can be taken back.
alter table account add column delay_on boolean not null default false;
alter table account add column delay_seconds bigint not null default 5;
alter table message add column leaves_at bigint;
