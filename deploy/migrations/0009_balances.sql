-- Sums of all tallies of the days before the 1st, 8th, 15th and 22nd of each month, so that a report reads no more than
-- the days beside its bounds. Nothing here is a truth of its own: what is not valid any more is struck anew.
create table balances (
    day date not null,                        -- the days before it are summed
    kind text not null,
    sums bytea not null,                      -- by unit one integer a measure (`projections.balances`)
    primary key (day, kind)
);

-- The state of the record that the balances are of. Tallies that changed since are in the change feed, from these
-- positions on; where one of the counts is another now, tallies changed beside the feed and the balances are void.
create table balances_struck (
    resets bigint not null,                   -- rows of `checkpoint_resets`
    versions bigint not null,                 -- rows of `reference_versions`
    steps bigint not null,                    -- rows of `migrations`
    shards integer[] not null,
    positions bigint[] not null,
    since date not null,                      -- balances were struck at the midnights behind this day
    today date not null,                      -- and up to this one
    one boolean primary key default true check (one)
);
