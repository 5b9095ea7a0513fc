# lib.sh: what the tests of this folder share. Each prints "NAME: N passed, N failed" last, and FAIL lines before it.
# shellcheck shell=bash
build=$(realpath "${BUILD:-build}")
gridlock=$build/gridlock
library=$build/libgridlock.so
passed=0 failed=0 skipped=0

# shellcheck source=tests/machine.sh
. tests/machine.sh

# Under a root directory that other users may pass, and with a /dev/shm of our own: recordings that a test leaves behind go with it, and full
# disks harm nobody.
if [ -z "${FAULTS_OPEN:-}" ] && closed_root; then
	FAULTS_OPEN=1 open_root "$0" "$@"
	exit
fi
if [ -z "${FAULTS_ALONE:-}" ] && own_mounts true; then
	# shellcheck disable=SC2016
	FAULTS_ALONE=1 own_mounts bash -c 'mount -t tmpfs none /dev/shm && exec "$@"' - "$0" "$@"
	exit
fi
work=$(mktemp -d /dev/shm/faults.XXXXXX)
trap 'rm -rf "$work"' EXIT

pass()
{
	passed=$((passed + 1))
}

# fail TITLE TEXT: the text below it, indented.
fail()
{
	failed=$((failed + 1))
	echo "FAIL  $1"
	[ -z "${2:-}" ] || head -n 12 <<<"$2" | while IFS= read -r; do echo "      $REPLY"; done
}

skip()
{
	skipped=$((skipped + 1))
	echo "skip  $1"
}

# native COMMAND...; watched COMMAND...: under the launcher; bare COMMAND...: with the library alone. Their stdout, stderr and code: $work/out,
# $work/err, $code. A hang is 124.
native()
{
	timeout --kill-after=5 "${LIMIT:-20}" "$@" >"$work/out" 2>"$work/err"
	export code=$?
}

watched()
{
	timeout --kill-after=5 "${LIMIT:-20}" "$gridlock" "$@" >"$work/out" 2>"$work/err"
	export code=$?
}

bare()
{
	timeout --kill-after=5 "${LIMIT:-20}" env LD_PRELOAD="$library" GRIDLOCK_OPTIONS="${options:-}" "$@" >"$work/out" 2>"$work/err"
	export code=$?
}

# over NAME: the last line, and the code.
over()
{
	echo "$1: $passed passed, $failed failed${skipped:+, $skipped skipped}"
	[ "$failed" = 0 ]
	exit
}
