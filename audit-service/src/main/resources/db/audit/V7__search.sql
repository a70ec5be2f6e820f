-- What events are searched by beside their columns, made of the events after they are recorded, in the order of their ids. It is no
-- evidence: emptied together with search_state, it is made anew.
create table search (
    id bigint primary key,
    -- The first 8 bytes of the SHA-256 of each key, such as rule:filesystem/delete-root or word:terraform.
    keys bigint[] not null
);
create index search_by_key on search using gin (keys);

-- How many events there were, by the hour.
create table stats (
    hour timestamptz not null,
    event_type text not null,
    agent text not null,
    upstream text not null,
    tool text not null,
    outcome text not null,
    events bigint not null,
    primary key (hour, event_type, agent, upstream, tool, outcome)
);

create table search_state (
    the_one boolean primary key default true check (the_one),
    last_id bigint not null default 0
);
insert into search_state default values;
