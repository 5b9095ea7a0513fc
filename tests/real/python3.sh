# shellcheck shell=bash disable=SC2034,SC2154
needs='python3'

drive()
{
	cat >"$work/program.py" <<-'END'
		import concurrent.futures, multiprocessing, queue, sqlite3, subprocess, threading, zlib, hashlib
		q = queue.Queue(10)
		def produce():
		    for i in range(2000): q.put(i)
		    q.put(None)
		t = threading.Thread(target=produce); t.start()
		n = 0
		while q.get() is not None: n += 1
		t.join()
		print(n)
		with concurrent.futures.ThreadPoolExecutor(8) as pool:
		    print(sum(pool.map(lambda i: len(zlib.compress(hashlib.sha256(b'x' * i).digest() * 100)), range(200))) > 0)
		lock, cond, done = threading.Lock(), threading.Condition(), []
		def work(i):
		    with cond:
		        done.append(i); cond.notify_all()
		threads = [threading.Thread(target=work, args=(i,)) for i in range(20)]
		for t in threads: t.start()
		with cond: cond.wait_for(lambda: len(done) == 20, 10)
		for t in threads: t.join()
		print(len(done))
		print(subprocess.run(['echo', 'child'], capture_output=True).stdout)
		db = sqlite3.connect(':memory:'); db.execute('create table t (a)'); db.executemany('insert into t values (?)', [(i,) for i in range(1000)])
		print(db.execute('select sum(a) from t').fetchone())
		if __name__ == '__main__':
		    with multiprocessing.Pool(3) as p: print(p.map(abs, range(-5, 0)))
	END
	run /usr/bin/python3 "$work/program.py"
	echo "exit $?"
}
