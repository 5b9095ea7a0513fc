# shellcheck shell=bash disable=SC2034,SC2154
needs='javac:openjdk-17-jdk-headless java:openjdk-17-jre-headless'
unseen="Java's monitors"

# A virtual machine: its monitors are its own, but it parks threads on mutexes and conditions, compiles and collects garbage beside.
drive()
{
	cat >"$work/Program.java" <<-'END'
		import java.util.*;
		import java.util.concurrent.*;
		import java.util.concurrent.atomic.*;
		public class Program {
			static final Object monitor = new Object();
			static int counted;
			public static void main(String[] arguments) throws Exception {
				ExecutorService pool = Executors.newFixedThreadPool(8);
				List<Future<Integer>> results = new ArrayList<>();
				for (int i = 0; i < 200; i++) {
					final int n = i;
					results.add(pool.submit(() -> {
						List<String> garbage = new ArrayList<>();
						for (int j = 0; j < 2000; j++) garbage.add("x" + j * n);
						synchronized (monitor) { counted++; monitor.notifyAll(); }
						return garbage.size();
					}));
				}
				int sum = 0;
				for (Future<Integer> result : results) sum += result.get();
				synchronized (monitor) { while (counted < 200) monitor.wait(); }
				pool.shutdown();
				System.gc();
				System.out.println(sum + " " + counted + " " + pool.awaitTermination(10, TimeUnit.SECONDS));
			}
		}
	END
	javac -d "$work" "$work/Program.java" || return 1
	run java -Xmx256m -cp "$work" Program
	echo "exit $?"
}
