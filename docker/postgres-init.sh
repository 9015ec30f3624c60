#!/bin/sh
# Runs once, in an empty volume: the two roles, and the database of the first.
# crestpath_owner migrates and owns the tables; crestpath_app only reads and writes rows.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$OWNER_PASSWORD" --set app_password="$APP_PASSWORD" <<'END'
CREATE ROLE crestpath_owner LOGIN CREATEDB PASSWORD :'owner_password';
CREATE ROLE crestpath_app LOGIN PASSWORD :'app_password';
CREATE DATABASE crestpath OWNER crestpath_owner;
REVOKE CONNECT, TEMPORARY ON DATABASE crestpath FROM PUBLIC;
GRANT CONNECT ON DATABASE crestpath TO crestpath_app;
END
