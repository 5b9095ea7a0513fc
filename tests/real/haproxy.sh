# shellcheck shell=bash disable=SC2034,SC2154
needs='haproxy ab:apache2-utils'

drive()
{
	local port
	port=$(free_port)
	cat >"$work/haproxy.cfg" <<-END
		global
			nbthread 2
			stats socket $work/stats
		defaults
			mode http
			timeout client 5s
			timeout server 5s
			timeout connect 5s
		frontend front
			bind 127.0.0.1:$port
			http-request return status 200 content-type text/plain string "hello"
	END
	start haproxy -W -db -f "$work/haproxy.cfg"
	wait_for answers_on "$port" || return 1
	load_by_ab -n 4000 -c 16 "http://127.0.0.1:$port/"
	stop USR1
}
