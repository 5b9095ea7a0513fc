# shellcheck shell=bash disable=SC2034,SC2154
needs='mariadbd:mariadb-server mariadb-install-db:mariadb-server mariadb:mariadb-client sysbench'
unit='transactions'

client()
{
	sysbench oltp_read_write --db-driver=mysql --mysql-socket="$work/socket" --mysql-user=root --tables=4 --table-size=10000 --threads=8 "$@"
}

begin()
{
	start mariadbd --no-defaults --user="$(user_for mysql)" --datadir="$home/data" --socket="$work/socket" --skip-networking \
		--pid-file="$work/pid" --innodb-buffer-pool-size=256M --innodb-flush-log-at-trx-commit=2
	wait_for mariadb --no-defaults -S "$work/socket" -u root -e 'select 1'
}

prepare()
{
	local code
	mkdir "$home/data"
	chown -R mysql "$home"
	mariadb-install-db --no-defaults --user=mysql --datadir="$home/data" --auth-root-authentication-method=normal || return 1
	begin && mariadb --no-defaults -S "$work/socket" -u root -e 'create database sbtest' && client prepare
	code=$?
	end
	return $code
}

load()
{
	local took
	timed client --time="$1" run || return 1
	grep -q 'reconnects: *0 ' "$work/client" || return 1
	awk '/transactions:/ { count = $2 } /total time:/ { sub("s", "", $3); time = $3 } END { print count, time }' "$work/client"
}

end()
{
	stop
}
