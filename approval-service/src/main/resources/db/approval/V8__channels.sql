-- How far asking people about a call has come. Without a channel nothing is ever here.
create table outreach (
    call_id uuid primary key references approvals (call_id),
    started_at timestamptz not null,
    -- When to look again at who is to be asked; null once nobody is.
    next_at timestamptz,
    unreachable_at timestamptz
);
create index outreach_due on outreach (next_at) where next_at is not null;

-- The outbox: one row for each question to an approver through a channel, and for each answer and change.
create table messages (
    id uuid primary key,
    call_id uuid references approvals (call_id),
    approver text not null,
    channel text not null,
    kind text not null,
    address text not null,
    digest text,
    likeness text,
    -- What an answer says.
    text text,
    in_reply_to text,
    -- The press that an answer answers.
    press text,
    state text not null,
    attempts integer not null default 0,
    reminders integer not null default 0,
    not_before timestamptz not null,
    -- Until when one instance alone sends it.
    claimed_until timestamptz,
    -- What the vendor called it, and how it was sent.
    receipt text,
    form text,
    problem text,
    -- Whether what became of the call was made known in the place of this question.
    ended boolean not null default false,
    sent_at timestamptz,
    changed_at timestamptz not null
);
create unique index messages_asked_once on messages (call_id, approver, channel) where kind = 'ASK';
create unique index messages_answered_once on messages (channel, press) where kind = 'REPLY';
create index messages_of_a_call on messages (call_id);
create index messages_due on messages (channel, not_before) where state in ('QUEUED', 'SENDING');
create index messages_open on messages (call_id) where kind = 'ASK' and not ended;
create index messages_by_receipt on messages (channel, receipt) where receipt is not null;

-- The buttons of a question. Of a token its SHA-256 alone is kept.
create table tokens (
    hash text primary key,
    message_id uuid not null references messages (id),
    action text not null,
    -- The press that used it.
    used_by text,
    used_at timestamptz
);
create index tokens_of_a_message on tokens (message_id);

-- What a vendor says became of a message. It may come before the vendor's answer that names the message.
create table deliveries (
    channel text not null,
    receipt text not null,
    status text not null,
    rank integer not null,
    problem text,
    -- Whether it failed because the person had not written for a day, so that another form may do.
    is_outside boolean not null default false,
    at timestamptz not null,
    primary key (channel, receipt)
);

-- Who pressed what, once each however often it is delivered, and what became of it.
create table presses (
    channel text not null,
    id text not null,
    sender text not null,
    token_hash text not null,
    in_reply_to text,
    reason text,
    received_at timestamptz not null,
    claimed_until timestamptz,
    person text,
    answer text,
    answer_text text,
    answered_at timestamptz,
    primary key (channel, id)
);
create index presses_unanswered on presses (received_at) where answer is null;

-- When somebody last wrote or pressed something, which opens a conversation for a time.
create table conversations (
    channel text not null,
    address text not null,
    heard_at timestamptz not null,
    primary key (channel, address)
);

-- When something last happened that may happen once in a time.
create table paces (
    name text primary key,
    at timestamptz not null
);
