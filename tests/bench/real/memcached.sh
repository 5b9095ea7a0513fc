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

load()
{
	local count=$(($1 * 2000)) took sum=0 kind
	for kind in set get; do
		timed memcslap --servers="127.0.0.1:$port" --concurrency=8 --execute-number="$count" --test=$kind || return 1
		sum=$(echo "$sum $took" | awk '{ print $1 + $2 }')
	done
	echo "$((count * 8 * 2)) $sum"
}

end()
{
	stop
}
