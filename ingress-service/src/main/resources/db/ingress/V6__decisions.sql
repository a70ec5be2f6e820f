-- Approvals of calls that somebody else runs: each is made use of once, by its own call or by a later one like it.
create table decision_approvals (
    call_id uuid primary key,
    agent text not null,
    digest text not null,
    good_until timestamptz not null,
    used_by uuid,
    used_at timestamptz
);

create index decision_approvals_unused on decision_approvals (agent, digest) where used_by is null;

-- Of which calls it was reported what came of them.
create table decision_reports (
    call_id uuid primary key,
    outcome text not null,
    reported_at timestamptz not null
);

create index decision_reports_by_age on decision_reports using brin (reported_at);
