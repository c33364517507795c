-- Beside its words a message has signs in the search index, of its author, its channel, and the words of its file's name:
-- all messages go into it again, in the background.
delete from search_backlog;
insert into search_backlog (below) select max(id) + 1 from message having count(*) > 0;

-- The words of the index in their order.
@sqlite create virtual table message_fts_word using fts5vocab (message_fts, instance);
