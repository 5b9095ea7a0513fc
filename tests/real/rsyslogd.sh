# shellcheck shell=bash disable=SC2034,SC2154
needs='rsyslogd:rsyslog logger:bsdutils'

drive()
{
	local port n
	port=$(free_port)
	mkdir -p "$work/spool"
	cat >"$work/rsyslog.conf" <<-END
		global(workDirectory="$work/spool")
		module(load="imudp")
		module(load="imtcp")
		main_queue(queue.workerThreads="4" queue.size="10000")
		input(type="imtcp" port="$port" address="127.0.0.1")
		action(type="omfile" file="$work/log" queue.type="LinkedList" queue.workerThreads="2")
	END
	start rsyslogd -n -f "$work/rsyslog.conf" -i "$work/pid"
	wait_for answers_on "$port" || return 1
	for n in 1 2 3; do
		seq -f "message $n %g" 1 300 | logger -T -n 127.0.0.1 -P "$port" -t gridlock &
		clients[n]=$!
	done
	wait "${clients[@]}"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ "$(grep -c 'message' "$work/log" 2>/dev/null)" = 900 ] && break
		sleep 0.5
	done
	grep -c 'message' "$work/log"
	stop
}
