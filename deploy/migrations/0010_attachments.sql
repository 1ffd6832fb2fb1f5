-- What an office wants to keep beside a case and no event may carry: names, addresses, scans. No figure reads it.
create table attachments (
    id bigint generated always as identity primary key,
    case_id text not null,
    name text not null,
    content bytea not null,
    recorded_at timestamptz not null default clock_timestamp(),
    unique (case_id, name)
);

-- That attachments were erased, by whom and why; not what they were called, nor a hash by which they could be guessed.
create table erasures (
    id bigint generated always as identity primary key,
    case_id text not null,
    attachments integer not null,
    bytes bigint not null,
    reason text not null,
    done_by text not null,
    done_at timestamptz not null default clock_timestamp()
);
create index erasures_case_id on erasures (case_id);
