-- What a list shows of an event that is too long for it, so that it need not read it: its length, of every event that is added
-- from now on, and its beginning and SHA-256 if it is long. Of older events a list finds that out when it shows them.
alter table events
    add column event_length integer,
    add column event_start text,
    add column event_sha256 text;
