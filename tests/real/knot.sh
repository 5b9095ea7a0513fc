# shellcheck shell=bash disable=SC2034,SC2154
needs='knotd:knot kdig:knot-dnsutils'

drive()
{
	local port n
	port=$(free_port)
	mkdir -p "$work/run" "$work/db"
	cat >"$work/example.zone" <<-'END'
		$ORIGIN example.
		$TTL 60
		@ SOA ns admin 1 60 60 60 60
		@ NS ns
		ns A 127.0.0.1
		www A 192.0.2.1
	END
	cat >"$work/knot.conf" <<-END
		server:
		    listen: 127.0.0.1@$port
		    rundir: $work/run
		    udp-workers: 2
		    tcp-workers: 2
		    background-workers: 2
		database:
		    storage: $work/db
		log:
		  - target: $work/knot.log
		    any: info
		zone:
		  - domain: example
		    file: $work/example.zone
	END
	start knotd -c "$work/knot.conf"
	wait_for kdig +time=1 +retry=0 @127.0.0.1 -p "$port" www.example A || return 1
	for n in 1 2 3; do
		for _ in 1 2 3 4 5 6 7 8 9 10; do kdig +short +time=5 @127.0.0.1 -p "$port" www.example A +tcp; done >"$work/out.$n" &
		clients[n]=$!
	done
	wait "${clients[@]}"
	cat "$work"/out.* | sort | uniq -c
	stop
}
