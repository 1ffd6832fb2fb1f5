-- Procedures and working calendars are versioned as units are; which kinds there are, the code says.
alter table reference_versions drop constraint if exists reference_versions_kind_check;

-- `limit_unit` says what `limit_amount` counts; both are null where the law sets no limit. `cutoff` in minutes after
-- local midnight.
create table procedures (
    version text not null,
    code text not null,
    name text not null,
    procedure_group text not null,
    limit_amount integer,
    limit_unit text,
    cutoff integer,
    kind text not null,
    former_codes text[] not null,
    valid_from date,
    valid_to date,
    unique nulls not distinct (version, code, valid_from)
);

-- Weekdays from 0, Monday; office hours as minutes after local midnight; years as the file tells of them.
create table calendars (
    version text primary key,
    name text not null,
    time_zone text not null,
    working_week integer[] not null,
    opens integer[] not null,
    closes integer[] not null,
    province text not null,
    years jsonb not null
);

-- `published_at` in microseconds: since when the day is known.
create table calendar_days (
    version text not null,
    day date not null,
    kind text not null,
    name text not null,
    published_at bigint not null,
    province text not null,
    primary key (version, day, province, published_at)
);

-- The due date that a `received` fact without one was given when it was recorded, by its place in the archive, and the
-- versions of the rules that gave it. Written in the batch's transaction, never updated.
create table promises (
    partition integer not null,
    position bigint not null,
    case_id text not null,
    due bigint not null,
    procedures_version text not null,
    calendar_version text not null,
    primary key (partition, position)
);

-- Who moved promises to the days of a newer calendar, why, and how many.
create table calendar_reschedulings (
    id bigint generated always as identity primary key,
    calendar_version text not null,
    cases integer not null,
    reason text not null,
    done_by text not null,
    done_at timestamptz not null default clock_timestamp()
);
