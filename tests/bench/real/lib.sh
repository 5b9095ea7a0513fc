# lib.sh: for tests/bench/real/NAME.sh. A load sets `needs` and `unit` (what its operations are), as in tests/real, and either is
#   a server:  prepare (once: what every run of it starts from, in $home), begin (starts it with `start`, waits until it answers),
#              load SECONDS (prints how many operations in how many seconds; fails when one of them did), end (stops it). What is
#              measured is `load` alone.
#   a program: prepare, and program SECONDS: runs what takes about so long natively, with `run`. What is measured is the whole of it, but
#              not gridlock's report at the end. It fails when what the program made is not whole.
# $work is an empty folder, $home the one that prepare filled.
# shellcheck shell=bash disable=SC2034,SC2154
# shellcheck source=tests/real/lib.sh
. tests/real/lib.sh

# with_gridlock COMMAND...: what to execute, in `line`. The report, made when all has been measured, tells whether all was seen.
with_gridlock()
{
	line=("$@")
	[ -z "$gridlock" ] || line=("$gridlock" --error-exitcode=0 --log-path="$work/report" --record="$(mktemp -u "$recordings/XXXXXX")" -- "$@")
}

# run COMMAND...: a program, inside of what measures it, inside of gridlock.
run()
{
	local line
	with_gridlock "$measure" "$work/measured" "$@"
	"${line[@]}"
}

# descendants PID: it and all below it.
descendants()
{
	cat /proc/[0-9]*/stat 2>/dev/null | sed 's/^\([0-9]*\) (.*) [A-Z] \([0-9]*\) .*/\1 \2/' | awk -v root="$1" '
		{ parent[$1] = $2 }
		END { for (pid in parent) { for (up = pid; up > 1 && up != root; up = parent[up]); if (up == root) print pid } }'
}

# cpu_ticks PID: user and system time of it, of all below it, and of those that ended there. The launcher is one of them.
cpu_ticks()
{
	local pid
	for pid in $(descendants "$1"); do sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null; done | awk '{ sum += $12 + $13 + $14 + $15 } END { print sum + 0 }'
}

# peak_kib PID: the largest that each process that is there was in memory, added up; the launcher is none of the program's.
peak_kib()
{
	local pid
	for pid in $(descendants "$1"); do
		[ -n "$gridlock" ] && [ "$pid" = "$1" ] && continue
		cat "/proc/$pid/status" 2>/dev/null
	done | awk '/^VmHWM:/ { sum += $2 } END { print sum + 0 }'
}

# timed COMMAND...: how long it takes, in seconds, in `took`; its output goes to $work/client.
timed()
{
	local start=${EPOCHREALTIME/,/.}
	"$@" >"$work/client" 2>&1 || return 1
	took=$(echo "$start ${EPOCHREALTIME/,/.}" | awk '{ print $2 - $1 }')
}

# compressible MIB: that much of what is on every such machine and is neither all alike nor all different: shared libraries.
compressible()
{
	find /usr/lib -name '*.so*' -type f -size +100k -print0 | sort -z | xargs -0 cat 2>/dev/null | head -c $(($1 << 20)) >"$home/data"
}
