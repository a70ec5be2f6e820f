-- claimed_by is one start of a process from now on (its name and a random part), not its name alone: a process that is
-- started again under its name must not keep its own earlier claims alive. Older rows need no change: nobody renews the
-- names in them any more, so what they left unfinished is taken over.

-- The agent withdrew the call while its claim had no outcome yet; whoever takes the claim over does not start it.
alter table claims add column withdrawn_at timestamptz;

-- The claimer stopped in good order and had not started the call; whoever takes the claim over starts it.
alter table claims add column given_back boolean not null default false;

-- The claim was another's, whose process died: its call may have been started, and a record of it that comes again must not
-- start it as if nobody had.
alter table claims add column taken_over boolean not null default false;
