# shellcheck shell=bash disable=SC2034,SC2154
# A process a connection; its own locks are not seen, so this is what the library costs where it has little to do.
needs='psql:postgresql-client-15'
unit='transactions'
bin=/usr/lib/postgresql/15/bin

begin()
{
	local line
	port=$(free_port)
	as_line postgres $bin/postgres -D "$home/data" -p "$port" -h 127.0.0.1 -k "$work" -F -c max_wal_size=2GB
	start "${line[@]}"
	wait_for $bin/pg_isready -h 127.0.0.1 -p "$port"
}

prepare()
{
	local code
	chown postgres "$home"
	as postgres $bin/initdb -D "$home/data" -A trust -U postgres --no-sync || return 1
	begin && $bin/pgbench -h 127.0.0.1 -p "$port" -U postgres -i -s 4 -q postgres
	code=$?
	end
	return $code
}

load()
{
	local took
	timed $bin/pgbench -h 127.0.0.1 -p "$port" -U postgres -n -c 8 -j 2 -T "$1" postgres || return 1
	grep -q 'failed transactions: 0 ' "$work/client" || return 1
	awk -v took="$took" '/actually processed:/ { print $NF + 0, took }' "$work/client"
}

end()
{
	stop INT
}
