-- What cases say of themselves beside dates, for digitised, electronic-result and online-payment. Rows counted before
-- this step lack them: every case is counted anew in the same transaction (services.postgres.upgrading).
alter table tallies
    add column digitised_yes integer not null default 0,
    add column digitised_no integer not null default 0,
    add column electronic_result_yes integer not null default 0,
    add column electronic_result_no integer not null default 0,
    add column paid_online integer not null default 0,
    add column paid_counter integer not null default 0;
