#!/usr/bin/env bash
# Runs the collections of the built site with the programs they are made for, against the sandbox that MOMENT_BASE_URL and
# MOMENT_API_KEY name. The pinned versions come through npx.
set -euo pipefail
latest=dist/site/downloads/latest
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npx --yes newman@6.2.2 run "$latest/postman.json" --env-var "baseUrl=$MOMENT_BASE_URL" --env-var "apiKey=$MOMENT_API_KEY"
sed -e "s|^@baseUrl = .*|@baseUrl = $MOMENT_BASE_URL|" -e "s|^@apiKey = .*|@apiKey = $MOMENT_API_KEY|" \
  "$latest/requests.http" > "$work/requests.http"
cd "$work"
npx --yes httpyac@6.16.7 send requests.http --all --output none --bail
