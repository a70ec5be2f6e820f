-- Sessions of people at the console (Spring Session's own tables), so that a sign-in holds in every service and over restarts.
create table spring_session (
    primary_id char(36) not null primary key,
    session_id char(36) not null unique,
    creation_time bigint not null,
    last_access_time bigint not null,
    max_inactive_interval int not null,
    expiry_time bigint not null,
    principal_name varchar(100)
);
create index spring_session_by_expiry on spring_session (expiry_time);
create index spring_session_by_name on spring_session (principal_name);

create table spring_session_attributes (
    session_primary_id char(36) not null references spring_session (primary_id) on delete cascade,
    attribute_name varchar(200) not null,
    attribute_bytes bytea not null,
    primary key (session_primary_id, attribute_name)
);

-- Local accounts. A password is kept as its Argon2id hash alone.
create table accounts (
    name text primary key,
    password_hash text not null,
    roles text[] not null,
    approver_groups text[] not null default '{}',
    must_change_password boolean not null,
    disabled boolean not null default false,
    created_at timestamptz not null,
    created_by text not null,
    password_changed_at timestamptz
);

-- Tokens that a person made for programs; only their SHA-256 is kept.
create table tokens (
    id uuid primary key,
    person text not null,
    label text not null,
    sha256 text not null unique,
    roles text[] not null,
    approver_groups text[] not null default '{}',
    created_at timestamptz not null,
    expires_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz
);
create index tokens_of_a_person on tokens (person, created_at desc);

-- Sign-in links, each for one use; only their SHA-256 is kept.
create table sign_in_links (
    sha256 text primary key,
    person text not null,
    expires_at timestamptz not null,
    used_at timestamptz
);
