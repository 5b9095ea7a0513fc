# shellcheck shell=bash disable=SC2034,SC2154
needs='xz:xz-utils'
unit='compressions'

prepare()
{
	compressible 120
}

program()
{
	head -c $(($1 * 8 << 20)) "$home/data" >"$work/data"
	run xz -T4 -1 --block-size=1MiB -k "$work/data" && xz -dc "$work/data.xz" | cmp - "$work/data"
}
