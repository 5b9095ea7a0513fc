# lib.sh: for tests/real/NAME.sh. A test sets `needs` (commands that have to be there) and defines `drive`, which starts the program behind
# "${under[@]}" (nothing, or gridlock), loads it, stops it, and prints its answers: the same ones every time. $work is an empty folder.
# shellcheck shell=bash disable=SC2034
PATH=$PATH:/usr/sbin:/sbin

# A free port on loopback.
free_port()
{
	local port
	while :; do
		port=$((20000 + RANDOM % 20000))
		(exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null || { echo $port; return; }
	done
}

# start COMMAND...: in the background behind gridlock; its pid in $server.
start()
{
	"${under[@]}" "$@" </dev/null >"$work/server.out" 2>&1 &
	server=$!
}

# wait_for COMMAND...: until it succeeds, at most 20 seconds.
wait_for()
{
	local i
	for ((i = 0; i < 200; i++)); do
		"$@" >/dev/null 2>&1 && return 0
		kill -0 "$server" 2>/dev/null || return 1
		sleep 0.1
	done
	return 1
}

answers_on()
{
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# stop [SIGNAL]: ends the server and prints its exit code.
stop()
{
	local code
	kill -"${1:-TERM}" "$server"
	wait "$server"
	code=$?
	echo "exit $code"
}

# Files for a user without privileges.
as_nobody()
{
	chown -R nobody "$work"
	chmod 755 "$work"
}
