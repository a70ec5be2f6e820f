-- People who sign in with OpenID Connect: who says so. Their passwords are elsewhere, so none is kept here.
alter table accounts add column issuer text;
