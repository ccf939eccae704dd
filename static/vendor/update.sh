#!/bin/sh
# Copies the minified files that package.json pins, with their licences, and writes manifest.json.
# Run it after changing a version; commit what it changes. Why and how: docs/vendor.md
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp "$root/package.json" "$work/"
[ ! -f "$root/package-lock.json" ] || cp "$root/package-lock.json" "$work/"
# Without download addresses the lock pins versions and sums, and works behind any registry.
(cd "$work" && npm install --ignore-scripts --no-audit --no-fund --omit-lockfile-registry-resolved)
cp "$work/package-lock.json" "$root/package-lock.json"

modules="$work/node_modules"
cp "$modules/htmx.org/dist/htmx.min.js" "$here/htmx.min.js"
cp "$modules/htmx.org/LICENSE" "$here/htmx.LICENSE.txt"
cp "$modules/uplot/dist/uPlot.iife.min.js" "$here/uplot.min.js"
cp "$modules/uplot/dist/uPlot.min.css" "$here/uplot.min.css"
cp "$modules/uplot/LICENSE" "$here/uplot.LICENSE.txt"
chmod 644 "$here"/htmx.* "$here"/uplot.*

python3 - "$here" <<'PYTHON'
import hashlib, json, pathlib, sys

folder = pathlib.Path(sys.argv[1])
files = sorted(path for path in folder.iterdir() if path.name.startswith(("htmx.", "uplot.")))
sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
(folder / "manifest.json").write_text(json.dumps(sums, indent=2) + "\n")
PYTHON
