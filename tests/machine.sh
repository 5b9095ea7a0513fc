# machine.sh: what tests want of the machine that they run on. Sourced.
# shellcheck shell=bash

# own_mounts COMMAND...: in a mount namespace of its own; 1 when there is none to be had. What is mounted in there must lie in /dev/shm: in a
# chroot its root is no mount, so that unshare can keep nothing else to itself.
own_mounts()
{
	if unshare --mount true 2>/dev/null; then
		unshare --mount "$@"
	elif [ "$(awk '$5 == "/dev/shm" { print /shared:/ }' /proc/self/mountinfo | sort -u)" = 0 ] && unshare --mount --propagation unchanged true 2>/dev/null; then
		unshare --mount --propagation unchanged "$@"
	else
		return 1
	fi
}

# May nobody but root get anywhere on this machine, for its root directory is closed?
closed_root()
{
	[ "$(id -u)" = 0 ] && ! setpriv --reuid=65534 --clear-groups true 2>/dev/null
}

# open_root COMMAND...: under a root directory that is open, and holds the same.
open_root()
{
	local root code
	root=$(mktemp -d /dev/shm/root.XXXXXX)
	# shellcheck disable=SC2016
	own_mounts bash -c '
		root=$1
		shift
		mount -t tmpfs -o mode=755 root "$root" || exit
		for entry in /*; do
			if [ -L "$entry" ]; then
				cp -a "$entry" "$root"
			elif [ -d "$entry" ]; then
				mkdir "$root$entry" && mount --rbind "$entry" "$root$entry"
			fi
		done
		here=$PWD
		cd "$root" && exec chroot . bash -c "cd \"\$1\" && shift && exec \"\$@\"" bash "$here" "$@"' bash "$root" "$@"
	code=$?
	rmdir "$root"
	return $code
}
