-- A role of the account's own may be offered with an invitation.
alter table invitation add column role_id bigint references custom_role (id);
create index invitation_role on invitation (role_id) where role_id is not null;
