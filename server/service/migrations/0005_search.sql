-- The words of the search index stand behind their account's mark of five characters, and their first two letters have an
-- index of their own (5 + 2): longer beginnings are rare enough without one, which each written message would pay for.
-- What was indexed before is put in again in the background.
drop table message_fts;
@sqlite create virtual table message_fts using fts5 (words, content = '', contentless_delete = 1, detail = none, prefix = '7', tokenize = "ascii");
@postgres create table message_fts (rowid bigint primary key, words tsvector not null);
@postgres create index message_fts_words on message_fts using gin (words);

-- Messages with ids below this one are not in the index yet; no row when all are.
create table search_backlog (below bigint not null);
insert into search_backlog (below) select max(id) + 1 from message having count(*) > 0;
