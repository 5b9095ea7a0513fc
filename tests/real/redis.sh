# shellcheck shell=bash disable=SC2034,SC2154
needs='redis-server redis-benchmark:redis-tools redis-cli:redis-tools'

drive()
{
	local port
	port=$(free_port)
	start redis-server --port "$port" --bind 127.0.0.1 --io-threads 2 --io-threads-do-reads yes --dir "$work" --appendonly yes --save ''
	wait_for redis-cli -p "$port" ping || return 1
	redis-benchmark -p "$port" -q -n 4000 -c 20 -t set,get,incr,lpush,sadd >"$work/benchmark" || echo 'benchmark failed'
	redis-cli -p "$port" set answer 42
	redis-cli -p "$port" get answer
	redis-cli -p "$port" bgrewriteaof
	redis-cli -p "$port" dbsize
	redis-cli -p "$port" flushall async
	sleep 1
	stop
}
