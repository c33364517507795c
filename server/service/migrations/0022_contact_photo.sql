-- The photo of a contact: the hash under which it lies in the store; empty = none.
alter table contact add column photo text not null default '';
create index contact_photo on contact (photo) where photo <> '';
