# shellcheck shell=bash disable=SC2034
# Shared by every script here: where things are, how to speak, how to time a step. Source it first.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT" || exit 1

# Tools and, for CI, compiled crates live here from one run to the next.
CACHE=${PROSA_CACHE:-${HOME:?HOME is not set}/.cache/prosa}
if ! mkdir -p "$CACHE/tools" 2>/dev/null || [ ! -w "$CACHE/tools" ]; then
  CACHE=$ROOT/target/cache
  mkdir -p "$CACHE/tools"
fi
TOOLS=$CACHE/tools

TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
case $TARGET in /*) ;; *) TARGET=$ROOT/$TARGET ;; esac
export CARGO_TARGET_DIR=$TARGET
SITE=${PROSA_SITE_OUT:-$ROOT/target/site}
case $SITE in /*) ;; *) SITE=$ROOT/$SITE ;; esac
TRIPLE=wasm32-unknown-unknown

# The server and the browser must agree on the markup: `erase_components` adds placeholders, so both sides are built with it.
unset CARGO_ENCODED_RUSTFLAGS
export RUSTFLAGS='--cfg erase_components'

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' plain=$'\e[0m'
else
  bold='' dim='' red='' plain=''
fi

say() { printf '%s\n' "$*"; }
note() { printf '%s%s%s\n' "$dim" "$*" "$plain"; }
warn() { printf '%s%s%s\n' "$red" "$*" "$plain" >&2; }
# Ends the script with sentences that say what to do.
fail() {
  printf '\n%s%s%s\n' "$red" "$1" "$plain" >&2
  shift
  if [ $# -gt 0 ]; then printf '%s\n' "$@" >&2; fi
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

STEPS=()
# step NAME COMMAND…: runs it, prints its name and the time it took; a failure ends the script with the name of the step.
step() {
  local name=$1 begin=$SECONDS code=0
  shift
  printf '\n%s==> %s%s\n' "$bold" "$name" "$plain"
  # A subshell keeps `set -e` working inside functions, which `cmd || code=$?` would switch off.
  set +e
  (
    set -e
    "$@"
  )
  code=$?
  set -e
  STEPS+=("$(printf '%4d s  %s' $((SECONDS - begin)) "$name")")
  if [ "$code" -ne 0 ]; then
    warn "$name failed after $((SECONDS - begin)) s (exit code $code). To repeat: $*"
    exit "$code"
  fi
  note "    $name: $((SECONDS - begin)) s"
}
# The table of all steps so far.
summary() {
  printf '\n'
  printf '%s\n' "${STEPS[@]}"
  printf '%4d s  in all\n' "$SECONDS"
}

# hash FILE…: one line for the contents of the files.
hash_of() { cat "$@" | sha256sum | cut -c1-16; }

# locked_version CRATE: its version in Cargo.lock.
locked_version() {
  awk -v name="$1" '$1 == "name" { found = ($3 == "\"" name "\"") } found && $1 == "version" { gsub(/"/, "", $3); print $3; exit }' "$ROOT/Cargo.lock"
}

# free_port: a TCP port of 127.0.0.1 that nobody listens on now.
free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'
}

# port_busy HOST:PORT
port_busy() { (exec 3<>"/dev/tcp/${1%:*}/${1##*:}") 2>/dev/null; }
