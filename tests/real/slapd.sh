# shellcheck shell=bash disable=SC2034,SC2154
needs='slapd ldapadd:ldap-utils ldapsearch:ldap-utils'

drive()
{
	local port n i
	port=$(free_port)
	mkdir -p "$work/db"
	cat >"$work/slapd.conf" <<-END
		include /etc/ldap/schema/core.schema
		pidfile $work/pid
		modulepath /usr/lib/ldap
		moduleload back_mdb
		database mdb
		maxsize 33554432
		suffix "dc=example"
		rootdn "cn=admin,dc=example"
		rootpw secret
		directory $work/db
		index objectClass eq
	END
	start slapd -d 0 -f "$work/slapd.conf" -h "ldap://127.0.0.1:$port"
	wait_for answers_on "$port" || return 1
	local url=ldap://127.0.0.1:$port login=(-x -D 'cn=admin,dc=example' -w secret)
	printf 'dn: dc=example\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: example\n\n' | ldapadd -H "$url" "${login[@]}" >"$work/out" 2>&1
	for n in 1 2 3; do
		for ((i = 0; i < 60; i++)); do
			printf 'dn: cn=p%d-%d,dc=example\nobjectClass: person\ncn: p%d-%d\nsn: s\n\n' "$n" "$i" "$n" "$i"
		done | ldapadd -H "$url" "${login[@]}" >"$work/out.$n" 2>&1 &
		clients[n]=$!
	done
	for ((i = 0; i < 20; i++)); do ldapsearch -H "$url" -x -b dc=example '(cn=p1-*)' dn >"$work/search"; done
	wait "${clients[@]}"
	ldapsearch -LLL -H "$url" -x -b dc=example '(objectClass=person)' dn | grep -c '^dn:'
	stop
}
