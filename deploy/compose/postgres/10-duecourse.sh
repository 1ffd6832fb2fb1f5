#!/bin/sh
# Run once by the PostgreSQL image, when the data folder is made: the database and its owner, who is no superuser.
set -eu
psql --no-psqlrc --quiet --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --set ON_ERROR_STOP=1 --set password="$DATABASE_PASSWORD" <<'SQL'
create role duecourse login password :'password';
create database duecourse owner duecourse template template0 encoding 'UTF8';
revoke all on database duecourse from public;
SQL
