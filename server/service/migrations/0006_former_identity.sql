-- A business-scoped id that was replaced still leads to its contact: messages that were on their way come under it.

alter table contact_identity add column former boolean not null default false;
