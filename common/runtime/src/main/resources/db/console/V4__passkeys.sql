-- What authenticators know people by (WebAuthn's user handle): random, so that it says nothing of the person.
create table passkey_people (
    person text primary key,
    handle text not null unique
);

-- Passkeys: the public keys of authenticators, which prove nothing by themselves.
create table passkeys (
    id text primary key,
    person text not null references passkey_people (person) on delete cascade,
    label text not null,
    public_key bytea not null,
    attestation_object bytea not null,
    client_data bytea,
    transports text[] not null default '{}',
    signatures bigint not null,
    is_verified boolean not null,
    is_backup_eligible boolean not null,
    is_backed_up boolean not null,
    created_at timestamptz not null,
    last_used_at timestamptz not null
);
create index passkeys_of_a_person on passkeys (person, created_at);
