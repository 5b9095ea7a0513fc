# shellcheck shell=bash disable=SC2034,SC2154
# memcslap knows numbers of operations only: about as many as take so long on two cores.
needs='memcached memcslap:libmemcached-tools'
unit='sets and gets'

prepare()
{
	:
}

begin()
{
	port=$(free_port)
	start memcached -u nobody -l 127.0.0.1 -p "$port" -t 4 -m 256 -c 256
	wait_for answers_on "$port"
}

# stat NAME...: sums of the server's own counters.
stat()
{
	exec 3<>"/dev/tcp/127.0.0.1/$port" || return 1
	printf 'stats\r\nquit\r\n' >&3
	tr -d '\r' <&3 | awk -v names=" $* " 'index(names, " " $2 " ") { sum += $3 } END { print sum + 0 }'
	exec 3>&-
}

# memcslap says nothing of requests that failed, so the server is asked how many it has answered.
load()
{
	local count=$(($1 * 2000)) took sum=0 kind before answered
	before=$(stat cmd_set get_hits) || return 1
	for kind in set get; do
		timed memcslap --servers="127.0.0.1:$port" --concurrency=8 --execute-number="$count" --test=$kind || return 1
		! grep -qi error "$work/client" || return 1
		sum=$(echo "$sum $took" | awk '{ print $1 + $2 }')
	done
	answered=$(($(stat cmd_set get_hits) - before))
	[ $answered -ge $((count * 8 * 2)) ] && [ "$(stat get_misses)" = 0 ] && echo "$answered $sum"
}

end()
{
	stop
}
