#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image of the autograder.
set -euo pipefail

root="${AUTOGRADER_ROOT:-/autograder}"
export DEBIAN_FRONTEND=noninteractive
apt-get update
# The better of the two sandboxes, where the container lets it work.
apt-get install --yes --no-install-recommends bubblewrap || true

fits='import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))'
find_python() {
  for python in python3.13 python3.12 python3.11 python3; do
    if "$python" -c "$fits" 2>/dev/null; then
      return 0
    fi
  done
  return 1
}
# Ubuntu 22.04's own python3 is 3.10; it has 3.11 beside it.
find_python ||
  { apt-get install --yes --no-install-recommends python3-venv && find_python; } ||
  { apt-get install --yes --no-install-recommends python3.11 python3.11-venv && find_python; } ||
  { echo "No Python 3.11 or later could be installed: choose a newer base image." >&2; exit 1; }

"$python" -m venv "$root/venv"
wheel=$(echo "$root"/source/course_utils-*.whl)
"$root/venv/bin/pip" install --no-cache-dir "$wheel[grading]"
