-- Calls are looked for by age once an hour, and come about in its order.
drop index calls_by_age;
create index calls_by_age on calls using brin (requested_at);
