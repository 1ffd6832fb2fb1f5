-- Instants are bigint: microseconds since 1970-01-01T00:00:00Z. For a person: to_timestamp(received_at / 1e6).

-- What was fixed when the database was made: reporting time zone, label policy.
create table settings (
    name text primary key,
    value text not null
);

-- One row a partition: everything below `position` has been read, and read = applied + duplicate + dead, for ever.
create table checkpoints (
    partition integer primary key,
    position bigint not null default 0,
    applied bigint not null default 0,
    duplicate bigint not null default 0,
    dead bigint not null default 0,
    recorded_at bigint not null default 0,
    check (position = applied + duplicate + dead)
);

-- Applied events by type and dead letters by reason, a partition each; for metrics.
create table counters (
    partition integer not null,
    name text not null check (name in ('applied', 'dead')),
    label text not null,
    count bigint not null,
    primary key (partition, name, label)
);

-- Every recorded fact, byte for byte as received. Never updated.
create table archive (
    partition integer not null,
    position bigint not null,
    case_id text not null,
    type text not null,
    occurred_at bigint not null,
    recorded_at bigint not null,
    body bytea not null,
    primary key (partition, position)
);
create index archive_occurred_at on archive using brin (occurred_at);

-- The cases: their facts in compact form with their places in the archive, what they are counted as, and the few
-- columns that queries need.
create table cases (
    case_id text primary key,
    version integer not null,
    kind text not null,
    unit text not null,
    received_at bigint,
    due_date_at bigint,
    due_instant_at bigint,
    ended_at bigint,
    is_open boolean not null,
    overdue_at bigint,
    facts bytea not null,
    counted bytea not null
) with (fillfactor = 80);
create index cases_overdue_at on cases (overdue_at) where overdue_at is not null;
create index cases_open on cases (unit, kind, received_at) where is_open;
create index cases_due_date_at on cases (due_date_at) where due_date_at is not null;
create index cases_due_instant_at on cases (due_instant_at) where due_instant_at is not null;

-- Keyed by day first: a day's cells lie together, and most changes are about few days.
create table tallies (
    day date not null,
    unit text not null,
    kind text not null,
    shard integer not null,
    new integer not null default 0,
    new_online integer not null default 0,
    transferred_in integer not null default 0,
    transferred_out integer not null default 0,
    closed integer not null default 0,
    returned integer not null default 0,
    became_overdue integer not null default 0,
    refused_at_desk integer not null default 0,
    settled_early_date integer not null default 0,
    settled_on_time_date integer not null default 0,
    settled_late_date integer not null default 0,
    fell_due_date integer not null default 0,
    fell_due_on_time_date integer not null default 0,
    overdue_date integer not null default 0,
    paused_date integer not null default 0,
    open_due_date integer not null default 0,
    settled_early_instant integer not null default 0,
    settled_on_time_instant integer not null default 0,
    settled_late_instant integer not null default 0,
    fell_due_instant integer not null default 0,
    fell_due_on_time_instant integer not null default 0,
    overdue_instant integer not null default 0,
    paused_instant integer not null default 0,
    open_due_instant integer not null default 0,
    primary key (day, unit, kind, shard)
) with (fillfactor = 80);

create table problem_tallies (
    day date not null,
    unit text not null,
    kind text not null,
    problem text not null,
    shard integer not null,
    cases integer not null,
    primary key (day, unit, kind, problem, shard)
);

-- The change feed of exporter and board: one row a transaction, in position order per shard, pruned after a day.
create table changes (
    shard integer not null,
    position bigint not null,
    recorded_at bigint not null,
    body bytea not null,
    primary key (shard, position)
);

create table dead_letters (
    id bigint generated always as identity primary key,
    partition integer not null,
    position bigint not null,
    topic text not null,
    reason text not null,
    detail text not null,
    digest bytea not null,
    body bytea not null,
    recorded_at bigint not null,
    unique (partition, position)
);
create index dead_letters_digest on dead_letters (digest);

-- Versions of reference data; the newest of a kind is in force.
create table reference_versions (
    id bigint generated always as identity primary key,
    kind text not null check (kind in ('units')),
    version text not null,
    recorded_at timestamptz not null default clock_timestamp()
);

create table units (
    version text not null,
    code text not null,
    name text not null,
    level text not null,
    parent text not null,
    valid_from date,
    valid_to date,
    successor text not null,
    unique nulls not distinct (version, code, valid_from)
);

-- What `duecourse verify` found, and when.
create table verifications (
    id bigint generated always as identity primary key,
    finished_at timestamptz not null default clock_timestamp(),
    differences bigint not null,
    first_difference text not null
);
