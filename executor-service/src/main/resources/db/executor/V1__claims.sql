-- A call is claimed before it is run, by whoever inserts its id first; so it is run at most once.
create table claims (
    call_id uuid primary key,
    claimed_by text not null,
    claimed_at timestamptz not null default now(),
    cleared_partition integer,
    cleared_offset bigint,
    -- Set when its end has been published. A claim without one, whose claimer is gone, is an unfinished call.
    outcome text
);

create index claims_unfinished on claims (claimed_by) where outcome is null;
create index claims_by_age on claims (claimed_at);

-- The executors that live: each renews its row every two seconds.
create table instances (
    instance text primary key,
    alive_until timestamptz not null
);
