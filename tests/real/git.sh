# shellcheck shell=bash disable=SC2034,SC2154
needs='git'

drive()
{
	local i
	git init -q "$work/repo" && cd "$work/repo" || return 1
	git config user.name test && git config user.email test@example && git config pack.threads 4
	for i in 1 2 3 4 5; do
		seq $((i * 100)) $((i * 3000)) >"file$i"
		cp "file$i" "copy$i"
		git add . && git commit -q -m "commit $i"
	done
	run git repack -a -d -f -q --threads=4
	echo "exit $?"
	run git fsck --full 2>/dev/null
	run git grep --threads 4 -c 2999
	run git gc -q --aggressive
	git count-objects | awk '{print $1}'
}
