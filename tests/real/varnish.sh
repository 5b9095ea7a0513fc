# shellcheck shell=bash disable=SC2034,SC2154
needs='varnishd:varnish ab:apache2-utils python3'

# A cache in front of a small server: jemalloc, worker threads, and VCL that it compiles and loads.
drive()
{
	local port backend
	port=$(free_port)
	backend=$(free_port)
	mkdir "$work/files" "$work/varnish"
	seq 1 1000 >"$work/files/numbers"
	(cd "$work/files" && exec python3 -m http.server --bind 127.0.0.1 "$backend" >/dev/null 2>&1) &
	local server_behind=$!
	chmod 777 "$work" "$work/varnish"
	start varnishd -F -n "$work/varnish" -j none -a "127.0.0.1:$port" -b "127.0.0.1:$backend" -s malloc,16m -p thread_pool_min=10
	{ wait_for answers_on "$port" && wait_for answers_on "$backend"; } || { kill $server_behind; return 1; }
	load_by_ab -n 2000 -c 8 "http://127.0.0.1:$port/numbers"
	stop
	kill $server_behind
}
