# shellcheck shell=bash disable=SC2034,SC2154
needs='psql:postgresql-client-15'
unseen="PostgreSQL's LWLocks"

# A process a connection, semaphores and shared memory between them; its own locks are not seen.
drive()
{
	local bin=/usr/lib/postgresql/15/bin port line
	[ -x $bin/postgres ] || { echo 'no postgres'; return 1; }
	port=$(free_port)
	as postgres $bin/initdb -D "$work/data" -A trust -U postgres --no-sync >"$work/initdb" 2>&1 || { cat "$work/initdb"; return 1; }
	as_line postgres $bin/postgres -D "$work/data" -p "$port" -h 127.0.0.1 -k "$work" -F
	start "${line[@]}"
	wait_for $bin/pg_isready -h 127.0.0.1 -p "$port" || return 1
	$bin/pgbench -h 127.0.0.1 -p "$port" -U postgres -i -s 1 -q postgres >/dev/null 2>&1 || echo 'pgbench -i failed'
	$bin/pgbench -h 127.0.0.1 -p "$port" -U postgres -c 4 -j 2 -t 50 postgres 2>/dev/null | grep -E 'processed|failed'
	psql -h 127.0.0.1 -p "$port" -U postgres -Atc 'select count(*) from pgbench_history; select sum(abalance) = sum(bbalance) from pgbench_accounts, pgbench_branches where aid = 1 or true limit 1' postgres | head -1
	stop INT
}
