-- Who has to say yes, and who has said it so far. A vote is added only to those that its giver saw.
alter table approvals add column terms json;
alter table approvals add column votes json not null default '[]';
alter table approvals add column vote_count integer not null default 0;
