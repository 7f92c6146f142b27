#!/bin/sh
# Makes a certificate for HOST_NAME in DIRECTORY, unless one is there that is good for another thirty days. The key is
# for the catcher alone; the certificate is what its clients trust.
set -eu

if openssl x509 -in "$DIRECTORY/certificate.pem" -noout -checkend 2592000 >/dev/null 2>&1; then exit 0; fi

umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 \
  -subj "/CN=$HOST_NAME" -addext "subjectAltName=DNS:$HOST_NAME" \
  -keyout "$DIRECTORY/key.pem" -out "$DIRECTORY/certificate.pem"
chmod 0644 "$DIRECTORY/certificate.pem"
chmod 0755 "$DIRECTORY"
