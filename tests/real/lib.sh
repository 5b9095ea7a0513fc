# lib.sh: for tests/real/NAME.sh. A test sets `needs`, the commands that have to be there (COMMAND, or COMMAND:PACKAGE where Debian's package
# has another name), and, for a program with locks that are not seen, `unseen`: what the report says of them. It defines `drive`, which starts
# the program with `start` or `run`, loads it, stops it, and prints its answers, the same ones every time. $work is an empty folder, and $gridlock the launcher or nothing.
# shellcheck shell=bash disable=SC2154

# with_gridlock COMMAND...: what to execute, in `line`. Findings do not change the exit code, so that it can be compared; the runner reads
# them from the json documents. Each recording has a folder of its own on the memory file system, as by default.
with_gridlock()
{
	line=("$@")
	[ -z "$gridlock" ] || line=("$gridlock" -q --error-exitcode=0 --log-path="$out.%n.log" -o "json:$out.%n.json" \
		--record="$(mktemp -u "$recordings/XXXXXX")" -- "$@")
}

# run COMMAND...: in the foreground.
run()
{
	local line
	with_gridlock "$@"
	"${line[@]}"
}

# start COMMAND...: in the background; its pid in $server.
start()
{
	local line
	with_gridlock "$@"
	"${line[@]}" </dev/null >"$work/server.out" 2>&1 &
	server=$!
}

# stop [SIGNAL]: ends the server and prints its exit code.
stop()
{
	local code
	kill -"${1:-TERM}" "$server"
	wait "$server"
	code=$?
	server=''
	echo "exit $code"
}

# A free port on loopback.
free_port()
{
	local port
	while :; do
		port=$((20000 + RANDOM % 10000))
		answers_on $port || { echo $port; return; }
	done
}

answers_on()
{
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
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

# user_for NAME: gives $work to the unprivileged user that a server wants to run as, and prints it.
user_for()
{
	chown -R "$1" "$work"
	echo "$1"
}

# as NAME COMMAND...: as that user, for servers that do not run as root. as_line: the same, as what to execute, in `line`.
as()
{
	local line
	as_line "$@"
	"${line[@]}"
}

as_line()
{
	chown -R "$1" "$work"
	line=(setpriv --reuid="$1" --clear-groups "${@:2}")
}

# What stays the same from run to run of ab's summary.
load_by_ab()
{
	ab -q "$@" | grep -E 'Complete requests|Failed requests|Non-2xx|Document Length'
}
