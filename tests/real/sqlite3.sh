# shellcheck shell=bash disable=SC2034,SC2154
needs='gcc sqlite3'

# Threads that write to one database through connections of their own, and through one that they share.
drive()
{
	cat >"$work/threads.c" <<-'END'
		#include <pthread.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <sqlite3.h>
		static sqlite3 *shared;
		static const char *path;
		static void run(sqlite3 *db, const char *sql)
		{
			int code;
			while ((code = sqlite3_exec(db, sql, NULL, NULL, NULL)) == SQLITE_BUSY || code == SQLITE_LOCKED)
				sqlite3_sleep(1);
			if (code != SQLITE_OK)
				printf("%s: %s\n", sql, sqlite3_errmsg(db));
		}
		static void *work(void *unused)
		{
			sqlite3 *own;
			(void)unused;
			sqlite3_open(path, &own);
			sqlite3_busy_timeout(own, 10000);
			for (int i = 0; i < 50; i++) {
				run(own, "insert into t values (1)");
				run(shared, "insert into t values (2)");
			}
			sqlite3_close(own);
			return NULL;
		}
		int main(int count, char **arguments)
		{
			pthread_t threads[6];
			sqlite3_stmt *sum;
			path = arguments[count - 1];
			sqlite3_config(SQLITE_CONFIG_SERIALIZED);
			sqlite3_open(path, &shared);
			sqlite3_busy_timeout(shared, 10000);
			run(shared, "pragma journal_mode = wal");
			run(shared, "pragma synchronous = off");
			run(shared, "create table t (a)");
			for (int i = 0; i < 6; i++)
				pthread_create(&threads[i], NULL, work, NULL);
			for (int i = 0; i < 6; i++)
				pthread_join(threads[i], NULL);
			sqlite3_prepare_v2(shared, "select count(*), sum(a) from t", -1, &sum, NULL);
			sqlite3_step(sum);
			printf("%d rows, sum %d\n", sqlite3_column_int(sum, 0), sqlite3_column_int(sum, 1));
			sqlite3_finalize(sum);
			return sqlite3_close(shared);
		}
	END
	gcc -O2 -pthread -o "$work/threads" "$work/threads.c" -lsqlite3 || return 1
	run "$work/threads" "$work/database"
	echo "exit $?"
	run sqlite3 "$work/database" 'select a, count(*) from t group by a'
}
