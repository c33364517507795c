-- The page of the shop on which a visitor of its chat was last seen.
alter table contact add column page_url text;
alter table contact add column page_title text;
alter table contact add column page_at bigint;
