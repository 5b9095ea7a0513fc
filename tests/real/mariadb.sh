# shellcheck shell=bash disable=SC2034,SC2154
needs='mariadbd:mariadb-server mariadb-install-db:mariadb-server mariadb:mariadb-client'

client()
{
	mariadb --no-defaults -S "$work/socket" -u root -N test "$@"
}

drive()
{
	local user
	mkdir -p "$work/data"
	user=$(user_for mysql)
	mariadb-install-db --no-defaults --user="$user" --datadir="$work/data" --auth-root-authentication-method=normal >"$work/install" 2>&1 ||
		{ echo 'install failed'; cat "$work/install"; return 1; }
	start mariadbd --no-defaults --user="$user" --datadir="$work/data" --socket="$work/socket" --skip-networking --pid-file="$work/pid" \
		--innodb-buffer-pool-size=32M
	wait_for mariadb --no-defaults -S "$work/socket" -u root -e 'select 1' || return 1
	mariadb --no-defaults -S "$work/socket" -u root -e 'create database if not exists test'
	client -e 'create table t (id int primary key auto_increment, k int, v varchar(100), key(k)) engine=innodb'
	# Each client keeps to keys of its own, for a transaction that InnoDB rolls back as the victim of a deadlock is an answer too.
	for n in 1 2 3 4; do
		for ((i = n * 1000; i < n * 1000 + 150; i++)); do
			echo "begin; insert into t (k, v) values ($i, repeat('x', 50)); update t set v = 'y' where k = $i - 1;"
			echo "select count(*) from t where k < 3 into @n; commit;"
		done | client &
		clients[n]=$!
	done
	wait "${clients[@]}"
	client -e 'select count(*), sum(k), count(distinct v) from t; check table t; drop table t'
	stop
}
