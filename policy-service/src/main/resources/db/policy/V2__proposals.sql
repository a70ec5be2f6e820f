-- Changes of the policy that people propose, and what became of them.
create table proposals (
    id text primary key,
    text text not null,
    tests text not null,
    reason text not null,
    proposed_by text not null,
    proposed_at timestamptz not null,
    -- OPEN, ACCEPTED or REJECTED
    state text not null,
    decided_by text,
    decided_at timestamptz,
    answer text
);

create index proposals_by_time on proposals (proposed_at desc);
