-- Searches that people of the console keep, each for their own.
create table saved_searches (
    person text not null,
    name text not null,
    -- The query of the record's page, such as agent=demo&outcome=DENIED.
    query text not null,
    saved_at timestamptz not null,
    primary key (person, name)
);
