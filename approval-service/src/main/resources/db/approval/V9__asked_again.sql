alter table messages
    -- What the vendor called this question when it was sent before, the oldest first.
    add column earlier_receipts text[] not null default '{}',
    -- Whether the vendor took it once, and could not deliver it since the person had not written for a day.
    add column was_outside boolean not null default false;

-- Until when one instance alone publishes a change.
alter table approvals add column publishing_until timestamptz;
