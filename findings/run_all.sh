#!/usr/bin/env bash
# Runs every finding beside it and prints a line for each; ends with 1 if one has changed or could not be installed.
set -uo pipefail
code=0
for script in "$(dirname "$0")"/*.sh; do
  name=$(basename "$script" .sh)
  [ "$name" = run_all ] && continue
  output=$(timeout 300 bash "$script" 2>&1)
  case $? in
    0) echo "$name: as told" ;;
    3) echo "$name: not run, since its packages can't be installed" && code=1 ;;
    *) printf '%s: CHANGED, or it failed\n%s\n' "$name" "$output" && code=1 ;;
  esac
done
exit $code
