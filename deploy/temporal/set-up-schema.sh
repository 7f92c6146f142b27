#!/bin/sh
# Brings Temporal's two databases to the tables of this version. Changes nothing when they are there already.
set -eu

for schema in temporal visibility; do
  case "$schema" in
    temporal) database=temporal ;;
    visibility) database=temporal_visibility ;;
  esac
  temporal-sql-tool --database "$database" setup-schema --version 0.0
  temporal-sql-tool --database "$database" update-schema --schema-name "postgresql/v12/$schema"
done
