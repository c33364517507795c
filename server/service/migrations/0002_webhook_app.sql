-- Which app signed a webhook: it may speak of channels that belong to that app only.
alter table webhook add column signed_by text not null default '';
