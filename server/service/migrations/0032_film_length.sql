-- How long a film is, in seconds; 0 when that is not known.
alter table upload add column seconds bigint not null default 0;
alter table media add column seconds bigint not null default 0;
