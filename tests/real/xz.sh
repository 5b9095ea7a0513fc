# shellcheck shell=bash disable=SC2034,SC2154
needs='xz:xz-utils'

drive()
{
	seq 1 400000 >"$work/data"
	run xz -T4 -1 --block-size=200KiB -k "$work/data"
	echo "exit $?"
	run xz -T4 -d -c "$work/data.xz" | cmp - "$work/data" && echo same
}
