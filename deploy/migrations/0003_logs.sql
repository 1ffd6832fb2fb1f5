-- A partition may be one of a log that others number: its positions skip what is no record (transaction markers).
-- So `position` is where to read on, and `read` = applied + duplicate + dead, for ever.
alter table checkpoints drop constraint checkpoints_check;
alter table checkpoints
    add column read bigint not null default 0,
    add column topic_id text,                        -- of the log; another id is another log
    add column halted text,                          -- why it must not be read on, until somebody resets it
    add column stuck boolean not null default false, -- rewound again and again without progress
    add column rewinds bigint not null default 0,
    add column retries bigint not null default 0;
update checkpoints set read = position;
alter table checkpoints add constraint checkpoints_read check (read = applied + duplicate + dead);

-- Who moved a checkpoint by hand, from where to where, and why.
create table checkpoint_resets (
    id bigint generated always as identity primary key,
    partition integer not null,
    from_position bigint not null,
    to_position bigint not null,
    reason text not null,
    done_by text not null,
    done_at timestamptz not null default clock_timestamp()
);

-- What became of a dead letter after somebody looked at it.
alter table dead_letters
    add column handled text check (handled in ('redriven', 'discarded')),
    add column handled_by text,
    add column handled_at timestamptz,
    add column handled_note text;
