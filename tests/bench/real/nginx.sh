# shellcheck shell=bash disable=SC2034,SC2154
# Files are read by a pool of threads.
needs='nginx:nginx-light wrk'
unit='requests'

prepare()
{
	mkdir "$home/www"
	seq 1 8000 >"$home/www/file.txt"
	chmod -R a+rX "$home"
}

begin()
{
	port=$(free_port)
	mkdir -p "$work/tmp"
	cat >"$work/nginx.conf" <<-END
		daemon off;
		user $(user_for nobody) nogroup;
		worker_processes 2;
		error_log $work/error.log;
		pid $work/nginx.pid;
		thread_pool pool threads=4;
		events { worker_connections 256; }
		http {
			access_log off;
			client_body_temp_path $work/tmp; proxy_temp_path $work/tmp; fastcgi_temp_path $work/tmp;
			uwsgi_temp_path $work/tmp; scgi_temp_path $work/tmp;
			server { listen 127.0.0.1:$port; root $home/www; aio threads=pool; sendfile off; }
		}
	END
	start nginx -p "$work" -c "$work/nginx.conf"
	wait_for answers_on "$port"
}

load()
{
	local took
	timed wrk -t 2 -c 32 -d "$1" "http://127.0.0.1:$port/file.txt" || return 1
	! grep -E 'Socket errors|Non-2xx' "$work/client" >&2 || return 1
	awk '/ requests in / { sub("s,", "", $4); print $1, $4 }' "$work/client"
}

end()
{
	stop QUIT
}
