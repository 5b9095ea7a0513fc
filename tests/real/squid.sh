# shellcheck shell=bash disable=SC2034,SC2154
needs='squid ab:apache2-utils curl python3'

# A proxy: every answer comes from its disk cache, which threads read.
drive()
{
	local port backend i line
	port=$(free_port)
	backend=$(free_port)
	mkdir "$work/files" "$work/cache"
	for i in 1 2 3 4 5 6 7 8; do seq "$i" 3000 >"$work/files/$i"; done
	touch -d '2 days ago' "$work"/files/*
	(cd "$work/files" && exec python3 -m http.server --bind 127.0.0.1 "$backend" >/dev/null 2>&1) &
	local server_behind=$!
	cat >"$work/squid.conf" <<-END
		http_port 127.0.0.1:$port
		acl all_of_it src all
		http_access allow all_of_it
		cache_mem 0 MB
		cache_dir aufs $work/cache 16 4 4
		access_log none
		cache_log $work/cache.log
		pid_filename none
		coredump_dir $work
		shutdown_lifetime 1 seconds
		visible_hostname localhost
		netdb_filename none
		pinger_enable off
	END
	as proxy squid -z -N -f "$work/squid.conf" >/dev/null 2>&1
	as_line proxy squid -N -f "$work/squid.conf"
	start "${line[@]}"
	{ wait_for answers_on "$port" && wait_for answers_on "$backend"; } || { kill $server_behind; return 1; }
	for i in 1 2 3 4 5 6 7 8; do curl -s -x "127.0.0.1:$port" "http://127.0.0.1:$backend/$i" | md5sum; done
	kill $server_behind
	for i in 1 2 3 4 5 6 7 8; do load_by_ab -n 200 -c 8 -X "127.0.0.1:$port" "http://127.0.0.1:$backend/$i"; done
	stop
}
