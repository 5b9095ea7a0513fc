# shellcheck shell=bash disable=SC2034,SC2154
needs='node:nodejs'

# Worker threads, the thread pool of libuv, and the JIT.
drive()
{
	cat >"$work/program.js" <<-'END'
		const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');
		const crypto = require('crypto'), zlib = require('zlib'), fs = require('fs');
		if (isMainThread) {
			const workers = [1, 2, 3, 4].map(n => new Promise(done => new Worker(__filename, { workerData: n }).on('message', done)));
			const hashes = [...Array(16).keys()].map(n => new Promise(done => crypto.pbkdf2('p' + n, 's', 2000, 32, 'sha256', (e, k) => done(k.toString('hex')))));
			const zips = [...Array(16).keys()].map(n => new Promise(done => zlib.gzip(Buffer.alloc(100000, n), (e, b) => done(b.length > 0))));
			const files = [...Array(16).keys()].map(n => fs.promises.readFile(__filename).then(b => b.length > 0));
			Promise.all([...workers, ...hashes, ...zips, ...files]).then(all => console.log(crypto.createHash('md5').update(all.join()).digest('hex')));
		} else {
			let sum = 0;
			for (let i = 0; i < 2e6; i++) sum += i % (workerData + 1);
			parentPort.postMessage(sum);
		}
	END
	run node "$work/program.js"
	echo "exit $?"
}
