-- The second factor (RFC 6238) of people who sign in with a password. A code needs the secret itself, so no hash of it would do.
create table second_factors (
    person text primary key,
    secret text not null,
    last_step bigint not null,
    since timestamptz not null
);

-- Codes for a person whose second factor is lost, each for one use; only their SHA-256 is kept.
create table recovery_codes (
    person text not null references second_factors (person) on delete cascade,
    sha256 text not null,
    used_at timestamptz,
    primary key (person, sha256)
);
