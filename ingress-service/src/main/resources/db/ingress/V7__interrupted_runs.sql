-- How often in a row a run was interrupted by a fault that an outage does not explain; one that always is ends as failed.
alter table runs add column interruptions integer not null default 0;
