-- What people of a role do not see of contacts (SV-1): the switches that are on, as bits. Without a row: none.
create table mask_rule (
  account_id bigint not null references account (id),
  role text not null,
  masks bigint not null,
  primary key (account_id, role)
);
