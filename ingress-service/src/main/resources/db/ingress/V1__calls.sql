-- What a caller may ask again. Arguments and results stay in Kafka: here is only the position of the end, so no secret
-- in them is ever stored.
create table calls (
    call_id uuid primary key,
    agent text not null,
    digest text not null,
    idempotency_key text,
    requested_at timestamptz not null,
    -- The call without its arguments, masked; for calls that somebody may ask for before they have ended.
    call json,
    -- Set while, or since, a person has to decide.
    approval_expires_at timestamptz,
    outcome text,
    completed_at timestamptz,
    completed_partition integer,
    completed_offset bigint
);

create unique index calls_by_idempotency_key on calls (agent, idempotency_key) where idempotency_key is not null;
create index calls_by_age on calls (requested_at);
