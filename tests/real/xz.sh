# shellcheck shell=bash disable=SC2154
needs='xz'

drive()
{
	seq 1 400000 >"$work/data"
	"${under[@]}" xz -T4 -1 --block-size=200KiB -k "$work/data"
	echo "exit $?"
	"${under[@]}" xz -T4 -d -c "$work/data.xz" | cmp - "$work/data" && echo same
}
