-- Which person of the issuer it is (OpenID Connect's sub): a name can be given to another person there, a subject cannot.
alter table accounts add column subject text;
create unique index accounts_by_subject on accounts (issuer, subject);
