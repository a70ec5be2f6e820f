-- Every policy that was in force, in order: the last one is the one in force.
create table publications (
    id bigint generated always as identity primary key,
    version text not null,
    document json not null,
    published_at timestamptz not null,
    published_by text not null,
    -- FILES: read from the policy directory. RESTORED: an earlier one, put back by a person.
    source text not null
);

-- What limits have counted, so that whichever instance decides about an agent next goes on where the last one was.
create table charges (
    limit_id text not null,
    call_id uuid not null,
    agent text not null,
    at timestamptz not null,
    cost double precision not null,
    until timestamptz not null,
    ended_at timestamptz,
    primary key (call_id, limit_id)
);

create index charges_by_agent on charges (agent, at);
create index charges_running on charges (at) where ended_at is null;

-- Where the candidate would have decided otherwise.
create table differences (
    id bigint generated always as identity primary key,
    candidate text not null,
    call_id uuid not null,
    agent text not null,
    address text not null,
    at timestamptz not null,
    active_outcome text not null,
    active_rules text not null,
    candidate_outcome text not null,
    candidate_rules text not null
);
