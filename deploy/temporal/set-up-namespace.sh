#!/bin/sh
# Makes the namespace and registers what incidents are filtered by. Changes nothing when they are there already.
# Takes TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, RETENTION (how long a closed incident stays) and SEARCH_ATTRIBUTES_FILE.
set -eu

attempts=0
until temporal operator cluster health >/dev/null 2>&1; do
  attempts=$((attempts + 1))
  if [ "$attempts" -ge 60 ]; then
    echo "Temporal at $TEMPORAL_ADDRESS did not become ready within two minutes" >&2
    exit 1
  fi
  sleep 2
done

if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi

known() { temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE"; }

# The front end answers a little before it knows a new namespace.
attempts=0
until known >/dev/null 2>&1; do
  attempts=$((attempts + 1))
  [ "$attempts" -lt 30 ] || { echo "namespace $TEMPORAL_NAMESPACE is not served" >&2; exit 1; }
  sleep 2
done

sed -n 's/^ *"\([A-Za-z]*\)": *"\([A-Za-z]*\)".*$/\1 \2/p' "$SEARCH_ATTRIBUTES_FILE" |
  while read -r name type; do
    if known | grep -qw "$name"; then continue; fi
    temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$name" --type "$type"
  done

echo "namespace $TEMPORAL_NAMESPACE is ready"
