#!/bin/sh
# Runs once, when the database server of compose.yaml makes its data folder: what manage.py up does on one machine.
# The four statements are those of platform_core/kits/tenancy/roles.py; a test compares them.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$OWNER_PASSWORD" --set app_password="$DATABASE_PASSWORD" <<'SQL'
CREATE ROLE portfolio_owner LOGIN NOSUPERUSER NOBYPASSRLS;
CREATE ROLE portfolio_app LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS;
CREATE ROLE portfolio_service NOLOGIN NOSUPERUSER BYPASSRLS;
GRANT portfolio_service TO portfolio_owner, portfolio_app;
ALTER ROLE portfolio_owner PASSWORD :'owner_password';
ALTER ROLE portfolio_app PASSWORD :'app_password';
CREATE DATABASE portfolio OWNER portfolio_owner;
\connect portfolio
CREATE EXTENSION pg_trgm;
CREATE EXTENSION unaccent;
CREATE EXTENSION citext;
CREATE EXTENSION btree_gin;
CREATE EXTENSION btree_gist;
CREATE EXTENSION vector;
SQL
