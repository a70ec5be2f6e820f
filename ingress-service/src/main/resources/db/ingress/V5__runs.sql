-- Runs of /execute. All texts are masked before they get here. A document holds what is only read and written as a whole; what is
-- searched by is in columns.
create table runs (
    run_id uuid primary key,
    agent text not null,
    state text not null,
    version integer not null,
    document json not null,
    started_at timestamptz not null,
    ended_at timestamptz,
    -- A plan that waits is looked at again then.
    due_at timestamptz,
    cancel_requested boolean not null default false,
    -- Who drives it, a start of a process; and until when, unless that is renewed.
    lease_owner text,
    lease_until timestamptz
);

create index runs_that_are_open on runs (lease_until) where ended_at is null;
create index runs_of_an_agent on runs (agent) where ended_at is null;
create index runs_by_age on runs using brin (started_at);

-- The answers of the model.
create table run_turns (
    run_id uuid not null references runs on delete cascade,
    number integer not null,
    document json not null,
    primary key (run_id, number)
);

-- The tool calls of a run, and what never became one.
create table run_steps (
    run_id uuid not null references runs on delete cascade,
    number integer not null,
    state text not null,
    call_id uuid,
    -- After which there will be no end of its call any more.
    deadline timestamptz,
    document json not null,
    primary key (run_id, number)
);

-- What models cost for the runs of an agent on a day (UTC).
create table run_spending (
    agent text not null,
    day date not null,
    input_tokens bigint not null,
    output_tokens bigint not null,
    cost_usd double precision not null,
    primary key (agent, day)
);
