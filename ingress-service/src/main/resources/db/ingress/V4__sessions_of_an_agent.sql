-- An agent may have a number of sessions; which of them was not used for longest is looked for at each new one.
create index mcp_sessions_by_agent on mcp_sessions (agent, seen_at desc);
