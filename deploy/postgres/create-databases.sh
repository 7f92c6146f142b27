#!/bin/bash
# Runs once, when the data directory is empty: two owners, each with its own databases and no right to the other's.
set -euo pipefail

# Compose passes an empty value when .env lacks one: a role without password would let nobody in, or everybody.
: "${FIREBREAK_DATABASE_PASSWORD:?set it in .env, see .env.example}"
: "${TEMPORAL_DATABASE_PASSWORD:?set it in .env, see .env.example}"

# The passwords are read by psql itself, so that they appear in no list of processes.
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" <<'SQL'
\getenv firebreak_password FIREBREAK_DATABASE_PASSWORD
\getenv temporal_password TEMPORAL_DATABASE_PASSWORD
CREATE ROLE firebreak LOGIN PASSWORD :'firebreak_password';
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE firebreak OWNER firebreak TEMPLATE template0 ENCODING 'UTF8';
CREATE DATABASE temporal OWNER temporal TEMPLATE template0 ENCODING 'UTF8';
CREATE DATABASE temporal_visibility OWNER temporal TEMPLATE template0 ENCODING 'UTF8';
REVOKE CONNECT ON DATABASE firebreak, temporal, temporal_visibility FROM PUBLIC;
SQL
