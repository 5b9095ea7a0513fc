# shellcheck shell=bash disable=SC2034,SC2154
needs='rustc'
unseen="Rust's std::sync"

# Rust's own mutexes are futexes: they are not seen, and nothing may come of that.
drive()
{
	cat >"$work/program.rs" <<-'END'
		use std::sync::{mpsc, Arc, Condvar, Mutex, RwLock};
		use std::thread;
		fn main() {
		    let sum = Arc::new((Mutex::new(0u64), Condvar::new()));
		    let map = Arc::new(RwLock::new(std::collections::BTreeMap::new()));
		    let (send, receive) = mpsc::channel();
		    let threads: Vec<_> = (0..8u64).map(|n| {
		        let (sum, map, send) = (sum.clone(), map.clone(), send.clone());
		        thread::Builder::new().name(format!("worker-{}", n)).spawn(move || {
		            for i in 0..1000 {
		                *sum.0.lock().unwrap() += i;
		                map.write().unwrap().insert(n * 1000 + i, i);
		                if map.read().unwrap().len() == 0 { panic!() }
		            }
		            sum.1.notify_all();
		            send.send(n).unwrap();
		        }).unwrap()
		    }).collect();
		    for t in threads { t.join().unwrap() }
		    drop(send);
		    println!("{} {} {}", sum.0.lock().unwrap(), map.read().unwrap().len(), receive.iter().sum::<u64>());
		}
	END
	rustc -O -o "$work/program" "$work/program.rs" || return 1
	run "$work/program"
	echo "exit $?"
}
