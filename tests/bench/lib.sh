# lib.sh: what the benchmarks share; sourced in the root folder. A part is what one script measures: begin_part, then tables of rows with all
# their samples in $rows/TABLE.rows, then end_part, which puts them together in $build/bench/results/PART.json.
# BENCH_ROUNDS: alternating runs of each variant. BENCH_SHORT=N: an N-th of the operations, to see that everything runs. BENCH_AGAIN=1: also
# what has been measured already. BENCH_MACHINE: the machine in words, where this one's are not to be taken.
# shellcheck shell=bash disable=SC2034

build=$(realpath "${BUILD:-build}")
out=$build/bench
rounds=${BENCH_ROUNDS:-21} short=${BENCH_SHORT:-1}
mkdir -p "$out"
scratch=$(mktemp -d "$out/scratch.XXXXXX")
samples=$scratch/samples # of the row that is being measured
# Where recordings go by default: the memory file system.
recordings=$(mktemp -d "$(cd /dev/shm 2>/dev/null && pwd || echo "${TMPDIR:-/tmp}")/gridlock-bench.XXXXXX")
trap 'rm -rf "$recordings" "$scratch"' EXIT
chmod 755 "$recordings"
export GRIDLOCK_OPTIONS="record=$recordings launched=1" # no reporter starts
# shellcheck source=tests/bench/seen.sh
. tests/bench/seen.sh

# witnessed COMMAND...: with a trace.
witnessed()
{
	GRIDLOCK_OPTIONS="$GRIDLOCK_OPTIONS witness=1" "$@"
}

# ---- parts ----

# Results are of these settings, and of this library.
settings()
{
	echo "rounds=$rounds ${BENCH_PEER_ROUNDS:-} short=$short largest=${BENCH_LARGEST:-} seconds=${BENCH_SECONDS:-}" \
		"gridlock=$(cat "$build/gridlock" "$build/libgridlock.so" | cksum)"
}

# begin_part PART [ROW...]: all rows, but for those that an earlier run has measured already; and nothing, which ends the script, when none is missing
# and none failed.
# Or those rows alone: they are measured anew, and take their places in the results, where these are of the same settings; else they are only printed.
begin_part()
{
	local now
	exec 8>"$out/lock"
	flock --nonblock 8 || { echo "bench: another benchmark is running" >&2; exit 1; }
	now=$(settings)
	wanted=("${@:2}") rows=$out/results/$1 partial=''
	if [ "$now" != "$(cat "$rows/settings" 2>/dev/null)" ] || [ "${BENCH_AGAIN:-}" = 1 ]; then
		[ $# = 1 ] || rows=$out/tried/$1
		rm -rf "$rows" "$rows.json"
	elif [ $# = 1 ] && [ -e "$rows.json" ] && [ ! -s "$rows/failed" ]; then
		echo "bench: $1: measured already, with this library and these settings (BENCH_AGAIN=1: once more)"
		exit 0
	elif [ $# != 1 ] && [ ! -e "$rows.json" ]; then
		partial=$1
	fi
	mkdir -p "$rows"
	echo "$now" >"$rows/settings"
}

# due TABLE ROW: is it to be measured now? Then whether it failed before is of no interest any more.
due()
{
	since=${EPOCHREALTIME/,/.}
	if [ ${#wanted[@]} = 0 ]; then
		! grep -qsF "{\"key\":\"$2\"," "$rows/$1.rows" || grep -qs "^$1 $2: " "$rows/failed" || return 1
	else
		[[ " ${wanted[*]} " = *" $1 "* || " ${wanted[*]} " = *" $2 "* ]] || return 1
	fi
	[ ! -e "$rows/failed" ] || sed -i "\|^$1 $2: |d" "$rows/failed"
}

# keep TABLE ROW: the row, json on standard input, in its table and on standard output; with the seconds that it took since it was due.
keep()
{
	jq -c --arg key "$2" --argjson took "$(echo "$since ${EPOCHREALTIME/,/.}" | awk '{ print $2 - $1 }')" '{$key, $took} + .' | tee -a "$rows/$1.rows"
}

# failure TABLE ROW WHAT: what must not fail did.
failure()
{
	echo "$1 $2: ${*:3}" >>"$rows/failed"
}

machine()
{
	local kind=machine system
	grep -qw hypervisor /proc/cpuinfo && kind='virtual machine'
	system=$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release)
	echo "a $kind with $(nproc) cores ($(uname -m)), ${system:-Linux}, glibc $(getconf GNU_LIBC_VERSION | sed 's/.* //'), gcc $(version gcc)," \
		"clang $(version clang), valgrind $(version valgrind)"
}

# version COMMAND: the first number with a dot of what it says of itself.
version()
{
	"$1" --version 2>/dev/null | grep -oE '[0-9]+\.[0-9.]+' | head -n 1
}

# end_part TABLE...: one document of the rows of several tables, of each the last one of its key; it ends the script with 1 when something failed.
end_part()
{
	local table arguments=()
	if [ -n "$partial" ]; then
		echo "bench: $partial: the rest is not measured yet"
		return
	fi
	for table in "$@"; do
		touch "$rows/$table.rows"
		arguments+=(--slurpfile "$table" "$rows/$table.rows")
	done
	jq -n "${arguments[@]}" --arg machine "${BENCH_MACHINE:-$(machine)}" --arg rounds "$rounds" --arg short "$short" --arg largest "${BENCH_LARGEST:-}" '
		$ARGS.named | map_values(if type == "array" then [reduce .[] as $row ({}; .[$row.key] = $row) | .[]] else . end)' >"$rows.json"
	jq -r -L tests/bench --arg rows "$rows" 'include "stats"; def minutes: ([.[].took] | add // 0) / 60 | decimals(1);
		"bench: \($rows).json: \([.[] | arrays[]] | minutes) minutes (\([to_entries[] | select(.value | type == "array") | "\(.key) \(.value | minutes)"] | join(", ")))"' "$rows.json"
	if [ -s "$rows/failed" ]; then
		sed 's/^/bench: failed: /' "$rows/failed" >&2
		exit 1
	fi
}

# ---- rows ----

# shorter COUNT [DIVISOR]: what is left of it; enough to divide by.
shorter()
{
	local count=$(($1 / ${2:-1} / short))
	echo $((count < 10 ? 10 : count))
}

begin_row()
{
	rm -rf "$samples"
	mkdir -p "$samples"
}

# sample VARIANT COMMAND...: one measurement, which COMMAND prints. A variant that failed is not tried again: the row says why.
sample()
{
	local value code variant=$1
	[ ! -e "$samples/$variant.why" ] || return 0
	value=$(timeout "${patience:-60}" "${@:2}" 2>"$samples/error")
	code=$?
	if [ $code = 124 ]; then
		cannot "$variant" "more than ${patience:-60} s"
	elif [ $code != 0 ] || ! [[ $value =~ ^[0-9]+(\.[0-9]+)?$ ]]; then
		cannot "$variant" "ended with $code: $(tail -n 1 "$samples/error" | cut -c 1-80)"
	else
		[ -e "$samples/$variant" ] || watched "$variant"
		[ -e "$samples/$variant.why" ] || echo "$value" >>"$samples/$variant"
	fi
	rm -f "$recordings"/image.*
}

# watched VARIANT: the first sample of a row: was the library there, and did it see all? One that was not, or gave up, is fast.
watched()
{
	local missing=''
	if grep -q 'cannot be preloaded' "$samples/error"; then
		missing='not preloaded'
	elif [ -z "${unrecorded:-}" ] && [[ $1 = gridlock || $1 = witness ]]; then
		missing=$(missed)
	fi
	[ -z "$missing" ] || cannot "$1" "$missing"
}

# missed: what the recordings that were just made lack, in words.
missed()
{
	if timeout 120 "$build/gridlock" --error-exitcode=0 report "$recordings" >"$scratch/report" 2>&1; then
		unseen <"$scratch/report"
	else
		echo 'a recording that cannot be read'
	fi
}

# cannot VARIANT WHY
cannot()
{
	echo "$2" >"$samples/$1.why"
}

# end_row TABLE ROW JSON: the row with its samples, ratios and medians. Peers may fail.
end_row()
{
	local file name
	for name in native forward gridlock witness; do
		[ ! -e "$samples/$name.why" ] || [[ " ${may_fail:-} " = *" $name "* ]] || failure "$1" "$2" "$name: $(cat "$samples/$name.why")"
	done
	for file in "$samples"/*; do
		name=$(basename "$file")
		case $name in
		error) ;;
		*.why) jq -nR --arg name "${name%.why}" '{why: {($name): input}}' "$file" ;;
		*) jq -s --arg name "$name" '{samples: {($name): .}}' "$file" ;;
		esac
	done | jq -cs -L tests/bench --argjson row "$3" 'include "stats"; reduce .[] as $part ($row; . * $part) | compared' | keep "$1" "$2"
}
