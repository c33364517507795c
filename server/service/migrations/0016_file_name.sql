-- Messages are found by the names of their files, too: those with a file go into the search index again, in the background.
delete from search_backlog;
insert into search_backlog (below) select max(message_id) + 1 from media where file_name <> '' having count(*) > 0;
