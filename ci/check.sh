#!/usr/bin/env bash
# The step of action.yml: envdoctor in an environment of its own, so that it does not change the one it examines.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
own=${RUNNER_TEMP:-$(mktemp -d)}/envdoctor
output=${INPUT_OUTPUT:-.}

if [ ! -x "$own/bin/envdoctor" ] && [ ! -x "$own/Scripts/envdoctor.exe" ]; then
  "${INPUT_PYTHON:-python3}" -m venv "$own" || exit 4
  python=$own/bin/python
  [ -x "$python" ] || python=$own/Scripts/python.exe
  "$python" -m pip install --quiet --disable-pip-version-check "${INPUT_INSTALL:-$root}" || exit 4
fi
envdoctor=$own/bin/envdoctor
[ -x "$envdoctor" ] || envdoctor=$own/Scripts/envdoctor.exe

mkdir -p "$output"
arguments=(check --format github --fail-on "${INPUT_FAIL_ON:-error}" --project "${INPUT_PROJECT:-.}")
arguments+=(--force -o "sarif=$output/envdoctor.sarif" -o "junit=$output/envdoctor.xml")
[ -z "${INPUT_PATIENT:-}" ] || arguments+=(--python "$INPUT_PATIENT")
[ -z "${INPUT_SELECT:-}" ] || arguments+=(--select "$INPUT_SELECT")
read -r -a more <<<"${INPUT_OPTIONS:-}"

"$envdoctor" "${arguments[@]}" ${more[@]+"${more[@]}"}
status=$?

if [ -n "${GITHUB_OUTPUT:-}" ]; then
  printf 'status=%s\nsarif=%s\n' "$status" "$output/envdoctor.sarif" >>"$GITHUB_OUTPUT"
fi
exit "$status"
