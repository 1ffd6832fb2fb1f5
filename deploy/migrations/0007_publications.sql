-- Frozen reports. The document is the file that is also kept outside the database, byte for byte; the other columns
-- are read from it, so that a point of the history can be named by a publication.
create table publications (
    id text primary key,                      -- SHA-256 of what is signed, in hexadecimal
    published_at bigint not null,
    recorded_at bigint not null,              -- the as-of time of the figures
    partitions integer[] not null,
    positions bigint[] not null,              -- of each partition everything below was read
    kinds text[] not null,                    -- of reference data, and the version of each that the figures are of
    versions text[] not null,
    document bytea not null
);
create index publications_published_at on publications (published_at);
