# shellcheck shell=bash disable=SC2034,SC2154
needs='pbzip2'

drive()
{
	seq 1 400000 >"$work/data"
	run pbzip2 -p4 -b1 -k "$work/data"
	echo "exit $?"
	run pbzip2 -d -p4 -c "$work/data.bz2" | cmp - "$work/data" && echo same
}
