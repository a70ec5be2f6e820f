-- One approval for each call that waits, or waited, for a person. The call itself stays in Kafka: here are its position,
-- so that what was approved can be handed on to the last byte, and a masked picture of it for people.
create table approvals (
    call_id uuid primary key,
    agent text not null,
    upstream text not null,
    tool text not null,
    digest text not null,
    arguments json not null,
    intent text,
    reasons json not null,
    status text not null,
    requested_at timestamptz not null,
    expires_at timestamptz not null,
    changed_at timestamptz not null,
    decided_by text,
    reason text,
    escalated_partition integer not null,
    escalated_offset bigint not null,
    -- Whether the pipeline has been told of the status. A crash between the two is made good by telling it again.
    told boolean not null default false
);

create index approvals_pending on approvals (expires_at) where status = 'PENDING';
create index approvals_untold on approvals (changed_at) where not told;
create index approvals_by_age on approvals (requested_at desc);
