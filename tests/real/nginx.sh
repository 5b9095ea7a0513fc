# shellcheck shell=bash disable=SC2034,SC2154
needs='nginx:nginx-light ab:apache2-utils'

drive()
{
	local port
	port=$(free_port)
	mkdir -p "$work/www" "$work/tmp"
	seq 1 20000 >"$work/www/file.txt"
	echo hello >"$work/www/index.html"
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
			server { listen 127.0.0.1:$port; root $work/www; aio threads=pool; sendfile off; }
		}
	END
	start nginx -p "$work" -c "$work/nginx.conf"
	wait_for answers_on "$port" || return 1
	load_by_ab -n 3000 -c 16 "http://127.0.0.1:$port/file.txt"
	load_by_ab -n 1000 -c 16 "http://127.0.0.1:$port/index.html"
	stop QUIT
}
