#!/usr/bin/env bash
# Is a deployment up?  scripts/smoke-test.sh [URL]
# Exits non-zero at the first check that fails, and names it.
set -uo pipefail

BASE_URL="${1:-http://127.0.0.1:3000}"
BASE_URL="${BASE_URL%/}"
CURL=(curl --silent --show-error --max-time 10)

fail() {
  echo "❌ $1" >&2
  exit 1
}

status_of() {
  "${CURL[@]}" --output /dev/null --write-out '%{http_code}' "$@"
}

echo "Running smoke tests against $BASE_URL"

code=$(status_of "$BASE_URL/api/health") || fail "Health check: no answer from $BASE_URL/api/health"
[[ $code == 200 ]] || fail "Health check: GET /api/health answered $code instead of 200"
echo "✅ Health check passed"

code=$(status_of --head "$BASE_URL/api/health") || fail "Health check (HEAD): no answer"
[[ $code == 200 ]] || fail "Health check (HEAD): HEAD /api/health answered $code instead of 200"
echo "✅ Health check answers HEAD"

session=$("${CURL[@]}" --fail "$BASE_URL/api/auth/session") || fail "Auth endpoint: GET /api/auth/session did not answer 200"
expected='{"authenticated":false,"user":null,"expiresAt":null}'
[[ $session == "$expected" ]] || fail "Auth endpoint: the anonymous session is not $expected"
echo "✅ Auth endpoint accessible"

echo "✅ All smoke tests passed"
