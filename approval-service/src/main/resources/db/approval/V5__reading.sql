-- What vetting read the call's arguments as: what a person sees beside them. Masked, at most 2,000 characters.
alter table approvals add column reading text;
