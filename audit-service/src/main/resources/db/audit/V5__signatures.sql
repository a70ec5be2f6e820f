-- Who signed an event; and why nobody is proven to have, where nobody is. Of events recorded before, nothing is known.
alter table events
    add column signed_by text,
    add column signature_problem text;

create index events_unverified on events (id) where signature_problem is not null;
