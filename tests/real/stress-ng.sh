# shellcheck shell=bash disable=SC2034,SC2154
needs='stress-ng'

# The same number of operations each time. Of the mutexes so many that no thread has done them all before the next one is made, which stress-ng
# calls a failure. Its threads that wait for semaphores are woken by nothing but the time limit.
drive()
{
	cd "$work" || return 1
	run stress-ng --quiet --temp-path "$work" --no-rand-seed --mutex 1 --mutex-ops 200000 --pthread 1 --pthread-ops 200 --futex 1 --futex-ops 2000 2>&1
	echo "stress-ng's exit $?"
	run stress-ng --quiet --temp-path "$work" --no-rand-seed --sem 1 --timeout 2 2>&1
	echo "exit $?"
}
