# lib.sh: what the benchmarks share; sourced in the root folder. $build, $out (this benchmark's files), $samples (of the row that is being measured).
# BENCH_ROUNDS: alternating runs of each variant. BENCH_SHORT=N: an N-th of the operations, to see that everything runs.
# shellcheck shell=bash disable=SC2034

build=$(realpath "${BUILD:-build}")
out=$build/bench
samples=$out/samples
rounds=${BENCH_ROUNDS:-21} short=${BENCH_SHORT:-1}
mkdir -p "$out"
# Where recordings go by default: the memory file system.
recordings=$(mktemp -d "$(cd /dev/shm 2>/dev/null && pwd || echo "${TMPDIR:-/tmp}")/gridlock-bench.XXXXXX")
trap 'rm -rf "$recordings"' EXIT
chmod 755 "$recordings"
export GRIDLOCK_OPTIONS="record=$recordings launched=1" # no reporter starts

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
	[ ! -e "$samples/$variant.why" ] || return 1
	value=$(timeout "${patience:-60}" "${@:2}" 2>"$samples/error")
	code=$?
	rm -f "$recordings"/image.*
	if [ $code = 0 ] && [[ $value =~ ^[0-9]+(\.[0-9]+)?$ ]]; then
		echo "$value" >>"$samples/$variant"
	elif [ $code = 124 ]; then
		echo "more than ${patience:-60} s" >"$samples/$variant.why"
	else
		echo "ended with $code: $(tail -n 1 "$samples/error" | cut -c 1-80)" >"$samples/$variant.why"
	fi
}

# cannot VARIANT WHY
cannot()
{
	echo "$2" >"$samples/$1.why"
}

# end_row FILE JSON: the row with its samples, ratios and medians, appended to FILE, and printed on standard output.
end_row()
{
	local file name
	for file in "$samples"/*; do
		name=$(basename "$file")
		case $name in
		error) ;;
		*.why) jq -nR --arg name "${name%.why}" '{why: {($name): input}}' "$file" ;;
		*) jq -s --arg name "$name" '{samples: {($name): .}}' "$file" ;;
		esac
	done | jq -cs -L tests/bench --argjson row "$2" 'include "stats"; reduce .[] as $part ($row; . * $part) | compared' | tee -a "$1"
}

# gather FILE NAME...: one document of the rows of several tables: $out/NAME.rows as .NAME.
gather()
{
	local name arguments=()
	for name in "${@:2}"; do
		touch "$out/$name.rows"
		arguments+=(--slurpfile "$name" "$out/$name.rows")
	done
	jq -n "${arguments[@]}" '$ARGS.named' >"$1"
}
