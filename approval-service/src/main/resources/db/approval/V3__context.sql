-- What reaches the upstream beside the arguments (a masked picture of it, like theirs); null if nothing does.
alter table approvals add column context json;
