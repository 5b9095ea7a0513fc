# shellcheck shell=bash disable=SC2034,SC2154
needs='pbzip2'
unit='compressions'

prepare()
{
	compressible 120
}

program()
{
	head -c $(($1 * 12 << 20)) "$home/data" >"$work/data"
	run pbzip2 -p4 -k "$work/data" && pbzip2 -dc "$work/data.bz2" | cmp - "$work/data"
}
