# shellcheck shell=bash disable=SC2034,SC2154
# redis-benchmark knows numbers of operations only.
needs='redis-server redis-benchmark:redis-tools redis-cli:redis-tools'
unit='sets and gets'

prepare()
{
	:
}

begin()
{
	port=$(free_port)
	start redis-server --port "$port" --bind 127.0.0.1 --io-threads 2 --io-threads-do-reads yes --dir "$work" --save ''
	wait_for redis-cli -p "$port" ping
}

load()
{
	local count=$(($1 * 10000)) took
	timed redis-benchmark -p "$port" -q -n "$count" -c 50 --threads 2 -t set,get || return 1
	redis-cli -p "$port" info commandstats | tr -d '\r' >"$work/client"
	# Of both, all that were asked for so far, and none refused.
	[ "$(grep -cE '^cmdstat_(set|get):.*rejected_calls=0,failed_calls=0$' "$work/client")" = 2 ] || return 1
	echo "$((count * 2)) $took"
}

end()
{
	stop
}
