# shellcheck shell=bash disable=SC2034,SC2154
needs='go:golang-go gcc'
unseen="Go's sync"

# A Go program that is linked to libc through cgo, and calls it from many threads: Go's own locks are not seen.
drive()
{
	cat >"$work/program.go" <<-'END'
		package main

		/*
		#include <pthread.h>
		static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
		static long sum;
		static void add(long n) { pthread_mutex_lock(&lock); sum += n; pthread_mutex_unlock(&lock); }
		static long get(void) { return sum; }
		*/
		import "C"
		import ("fmt"; "sync")

		func main() {
			var group sync.WaitGroup
			var mutex sync.Mutex
			total := 0
			for n := 0; n < 50; n++ {
				group.Add(1)
				go func(n int) {
					defer group.Done()
					for i := 0; i < 200; i++ { C.add(C.long(i)); mutex.Lock(); total += i; mutex.Unlock() }
				}(n)
			}
			group.Wait()
			fmt.Println(total, C.get())
		}
	END
	(cd "$work" && GO111MODULE=off GOCACHE=$work/cache GOFLAGS='' CGO_ENABLED=1 go build -o program program.go) || return 1
	run "$work/program"
	echo "exit $?"
}
