-- What units pledged: the least share of settled cases that are to be early or on time. `valid_to` is exclusive.
create table targets (
    version text not null,
    unit text not null,
    ratio numeric not null check (ratio >= 0 and ratio <= 1),
    valid_from date,
    valid_to date,
    unique nulls not distinct (version, unit, valid_from)
);
alter table reference_versions drop constraint if exists reference_versions_kind_check;
