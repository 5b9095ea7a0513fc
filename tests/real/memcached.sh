# shellcheck shell=bash disable=SC2034,SC2154
needs='memcached'

# client FIRST: sets and gets 300 keys over one connection.
client()
{
	local i line
	exec 3<>"/dev/tcp/127.0.0.1/$port"
	for ((i = $1; i < $1 + 300; i++)); do
		printf 'set key%d 0 0 5\r\nvalue\r\nget key%d\r\nincr key%d 1\r\n' "$i" "$i" "$i" >&3
	done
	printf 'quit\r\n' >&3
	while read -r line <&3; do echo "${line%$'\r'}"; done | sort | uniq -c | sort -rn | awk '{$1 = $1} 1' | grep -cE 'STORED|VALUE'
	exec 3>&-
}

drive()
{
	port=$(free_port)
	start memcached -u nobody -l 127.0.0.1 -p "$port" -t 4 -m 64
	wait_for answers_on "$port" || return 1
	for n in 0 1 2 3; do client $((n * 300)) >"$work/client.$n" & clients[n]=$!; done
	wait "${clients[@]}"
	cat "$work"/client.*
	stop
}
