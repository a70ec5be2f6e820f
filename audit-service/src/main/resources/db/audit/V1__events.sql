-- Every record of every topic, masked. A record that is read twice (after a crash) is kept once.
create table events (
    id bigint generated always as identity primary key,
    topic text not null,
    topic_partition integer not null,
    topic_offset bigint not null,
    event_type text not null,
    call_id uuid,
    agent text,
    upstream text,
    tool text,
    outcome text,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default now(),
    -- json, not jsonb: it keeps the text as it was, and takes every text that JSON allows.
    event json not null,
    unique (topic, topic_partition, topic_offset)
);

create index events_by_call on events (call_id) where call_id is not null;
create index events_by_agent on events (agent, id) where agent is not null;
create index events_by_outcome on events (outcome, id) where outcome is not null;
create index events_by_time on events using brin (occurred_at);

-- The record is only ever added to.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the record of events is only ever added to';
end
$$;

create trigger events_append_only before update or delete or truncate on events
    for each statement execute function refuse_change();
