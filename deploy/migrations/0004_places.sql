-- A topic made anew numbers its records from 0 again, places in the archive go on: place = base + offset.
-- The base moves when a checkpoint is reset to another topic.
alter table checkpoints add column base bigint not null default 0;
alter table dead_letters add column base bigint not null default 0;
