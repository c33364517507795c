-- How an account's people come in by their company's identity provider.
create table sso (
  account_id bigint not null primary key references account (id),
  version bigint not null,
  enabled boolean not null,
  -- The name in its address; empty = the account's id is.
  slug text not null,
  issuer text not null,
  client_id text not null,
  secret text not null,
  button text not null,
  domains text not null,
  -- Role of who comes for the first time; empty = only members come in.
  newcomers text not null,
  team_id bigint,
  only_sso boolean not null
);
create unique index sso_slug on sso (slug) where slug <> '';

-- Who somebody is at the provider. After the first time this counts, whatever e-mail it says.
create table sso_identity (
  account_id bigint not null references account (id),
  issuer text not null,
  subject text not null,
  user_id bigint not null references users (id),
  created_at bigint not null,
  primary key (account_id, issuer, subject)
);
create unique index sso_identity_user on sso_identity (account_id, issuer, user_id);

-- A login that a provider vouched for is good in that provider's account alone.
alter table login add column sso_account_id bigint;
