-- How many calls of an agent wait for a person is counted for each that comes.
create index approvals_pending_of_an_agent on approvals (agent) where status = 'PENDING';

-- What a list shows of arguments that are too long for it, so that it need not read them; null for those that are short.
alter table approvals
    add column arguments_start text,
    add column arguments_length integer,
    add column arguments_sha256 text;

update approvals
set arguments_start = left(arguments::text, 2048),
    arguments_length = length(arguments::text),
    arguments_sha256 = encode(sha256(convert_to(arguments::text, 'UTF8')), 'hex')
where length(arguments::text) > 2048;
