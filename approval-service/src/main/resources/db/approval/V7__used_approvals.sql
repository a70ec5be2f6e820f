-- The later call that made use of the approval of a call that somebody else runs and whose caller gave up waiting.
alter table approvals add column used_by uuid;
