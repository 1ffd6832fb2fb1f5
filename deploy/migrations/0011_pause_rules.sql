-- What a pause that is over does to the due date, by its reason: `subtract` its length, or `restart` the limit.
-- `valid_to` is exclusive; what counts is the day on which the case was paused.
create table pause_rules (
    version text not null,
    reason text not null,
    effect text not null,
    valid_from date,
    valid_to date,
    unique nulls not distinct (version, reason, valid_from)
);

-- Up to which place in the archive cases were looked at for limits that begin again, under a version of the rules.
create table restarts_looked (
    partition integer primary key,
    version text not null,
    position bigint not null
);
