-- What a list of waiting calls shows, which calls are alike, and how a decision was made.
alter table approvals
    add column gist text,
    add column likeness text,
    add column on_behalf_of text,
    add column channel text,
    add column seen_at timestamptz,
    add column unreached boolean not null default false,
    add column edited json,
    -- Greater after each change that people can see, so that open pages know when to fetch anew.
    add column revision bigint;

update approvals set likeness = call_id::text, revision = 0;
alter table approvals alter column likeness set not null, alter column likeness set default gen_random_uuid()::text;

create sequence approval_revision;

create function next_revision() returns trigger language plpgsql as $$
begin
    new.revision := nextval(tg_argv[0]::regclass);
    return new;
end
$$;

create index approvals_by_revision on approvals (revision desc nulls last);
-- Lists page by these (keyset): all, those of a status, those of an agent; what waits, soonest to expire first.
drop index approvals_by_age;
drop index approvals_pending;
create index approvals_by_age on approvals (requested_at desc, call_id desc);
create index approvals_of_a_status on approvals (status, requested_at desc, call_id desc);
create index approvals_of_an_agent on approvals (agent, requested_at desc, call_id desc);
create index approvals_waiting on approvals (expires_at, call_id) include (likeness) where status = 'PENDING';
create index approvals_alike on approvals (likeness, expires_at) where status = 'PENDING';

do $$
begin
    execute format(
        'create trigger approvals_revised before insert or update of status, vote_count on approvals'
        ' for each row execute function next_revision(%L)',
        current_schema() || '.approval_revision');
end
$$;

-- A person's yes to more than one call.
create table grants (
    id uuid primary key,
    agent text not null,
    upstream text not null,
    tool text not null,
    digest text,
    fixed json not null,
    free text[] not null,
    context text not null,
    rules text[],
    policy_version text,
    shown json not null,
    max_uses integer,
    uses integer not null default 0,
    created_by text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    from_call uuid not null,
    revoked_at timestamptz,
    revoked_by text
);
create index grants_of_a_tool on grants (agent, upstream, tool, expires_at);
create index grants_by_age on grants (created_at desc, id desc);

-- What people say about a call to each other; the agent is not told.
create table comments (
    id bigint generated always as identity primary key,
    call_id uuid not null references approvals (call_id),
    person text not null,
    said text not null,
    at timestamptz not null
);
create index comments_of_a_call on comments (call_id, id);

-- Who decides in whose place, for a time.
create table delegations (
    id uuid primary key,
    person text not null,
    delegate text not null,
    from_at timestamptz not null,
    until_at timestamptz not null,
    created_at timestamptz not null,
    ended_at timestamptz
);
create index delegations_to on delegations (delegate, until_at);
