-- A Merkle tree over all events (docs/record.md). It is written in the transaction that writes the events, under a lock on its one
-- row of state, so that the order of the ids is the order of the leaves.
create table tree (
    the_one boolean primary key default true check (the_one),
    size bigint not null default 0,
    -- The event of the last leaf.
    last_id bigint not null default 0,
    -- The roots of the largest complete subtrees, side by side.
    edge bytea not null default '',
    -- Events that were recorded before there was a tree become its first leaves, up to this one.
    adopt_until bigint not null
);
insert into tree (adopt_until) select coalesce(max(id), 0) from events;

-- C2SP tlog-tiles: 256 hashes of one height side by side. Of level 0 only full ones, with the ids of their events (8 bytes each, the
-- highest first); of the levels above also the last, which grows.
create table tiles (
    level smallint not null,
    tile bigint not null,
    hashes bytea not null,
    first_id bigint,
    ids bytea,
    primary key (level, tile)
);
-- Hashes cannot be compressed.
alter table tiles alter column hashes set storage external;
create unique index tiles_by_first_id on tiles (first_id) where level = 0;

-- The leaves since the last full tile of level 0, a batch a row: rewriting a growing tile for each event would cost 8 kB an event.
create table tile_tail (
    first_leaf bigint primary key,
    hashes bytea not null,
    ids bytea not null
);
