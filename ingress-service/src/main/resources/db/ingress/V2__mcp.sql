-- What an upstream asks the agent's client for, until it is answered: the last round, and the requests, masked.
alter table calls add column input_round integer;
alter table calls add column input json;
-- Which request of which MCP session asked for the call, so that it can be cancelled at any instance.
alter table calls add column client_request text;

create index calls_by_client_request on calls (client_request) where client_request is not null;

-- Sessions of MCP clients of 2025-11-25 and older; those of 2026-07-28 have none.
create table mcp_sessions (
    session_id uuid primary key,
    agent text not null,
    version text not null,
    client_info json,
    capabilities json,
    log_level text,
    -- URIs of resources that the client wants to be told of.
    subscriptions text[] not null default '{}',
    created_at timestamptz not null,
    seen_at timestamptz not null,
    ended_at timestamptz
);

create index mcp_sessions_by_age on mcp_sessions (seen_at);
