-- A topic that was made anew, because its broker's disk was lost or cleared, counts from 0 again. So a place alone does not say which
-- record it was; with the time that the record bears it does, and what is read twice is still kept once.
alter table events drop constraint events_topic_topic_partition_topic_offset_key;
alter table events add unique (topic, topic_partition, topic_offset, occurred_at);
