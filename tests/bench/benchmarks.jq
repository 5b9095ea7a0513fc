# benchmarks.jq: BENCHMARKS.md out of the results (tests/bench/write). The budgets are those of DESIGN section 9. -n; $machine: in general terms;
# $bench, $scale, $real: the documents, each in an array, which is empty where that measurement was not made.
include "stats";

def table($head; $rows): "| " + ($head | join(" | ")) + " |", "|" + ($head | map("---") | join("|")) + "|", ($rows[] | "| " + (map(tostring) | join(" | ")) + " |"), "";
def nanoseconds: if . == null then "-" elif . < 1000 then brief elif . < 1e6 then "\(. / 1000 | brief) us" else "\(. / 1e6 | brief) ms" end;
def not_made($target): "Not measured: `make \($target)`.", "";
def samples_of($document): [$document | .. | .samples? | select(type == "object") | .native? | select(type == "array") | length] | max // 0;

# Met when the interval reaches down to the bound.
def verdict($low; $value; $bound; $unit): if $bound == null then ""
	elif $low <= $bound then "\($bound)\($unit): met" else "\($bound)\($unit): over by \($value - $bound | decimals(2))\($unit)" end;

def operations: {pair: "lock + unlock", nested: "two nested pairs", pair_beside: "lock + unlock, beside a thread that sleeps",
	nested_beside: "two nested pairs, beside one", read_beside: "rwlock, read pair, beside one", depth4: "four nested", depth16: "sixteen nested", read: "rwlock, read pair",
	read_2: "the same, 2 threads on one", write: "rwlock, write pair", try: "trylock + unlock", many: "1,024 locks under one", guard: "std::lock_guard",
	scoped: "std::scoped_lock of two", shared: "std::shared_lock", cond: "condition, two threads in turn", pair_2: "lock + unlock, 2 threads at one",
	pair_8: "the same, 8 threads", work_2: "contended work, 2 threads", work_8: "the same, 8 threads", work_64: "the same, 64 threads",
	queue_16: "queue, 16 producers, 16 consumers", queue_64: "queue, 64 and 64", create: "thread: create + join",
	life: "two locks: init, nest, destroy", life_ring: "the same, in both orders", free: "malloc + free", free_near: "the same, beside a lock",
	start: "start: /bin/true, library alone", command: "`gridlock -- /bin/true`, with its report", exit: "exit after 2,000 operations"};
def spoken: operations[.] // .;

# ---- operations ----
def over_budget: {pair: 5, nested: 10, read: 4, read_2: 4, pair_beside: 5, nested_beside: 10, read_beside: 4}[.];
def operation_verdict: . as $row
	| if .ratios.gridlock == null then ""
	elif .name | over_budget then ([range(0; .samples.gridlock | length)] | map($row.samples.gridlock[.] - $row.samples.native[.]) | interval)
		as $over | verdict($over.low; $over.ratio; .name | over_budget; " ns") | "+" + .
	elif .name | startswith("work_") then verdict(.ratios.gridlock.low; .ratios.gridlock.ratio; 1.05; "")
	else "" end;
def cell($row; $variant; f): $row.why[$variant] // ($row | f) | if . == null then "-" else . end;
def peers: ["forward", "gridlock", "witness", "tsan", "tsan_clang", "helgrind", "drd"];
def ratios: table(["times native", "forward", "**gridlock** [95 %]", "--witness", "TSan, gcc", "TSan, clang", "Helgrind", "DRD", "budget"];
	[.[] | . as $row | [(.name | spoken)] + [peers[] as $variant | cell($row; $variant;
		if $variant == "gridlock" then .ratios.gridlock | spread else .ratios[$variant].ratio | brief end)] + [operation_verdict]]);
def times: table(["nanoseconds", "native", "forward", "**gridlock**", "--witness", "TSan, gcc", "TSan, clang", "Helgrind", "DRD"];
	[.[] | . as $row | [(.name | spoken)] + [("native", peers[]) as $variant | cell($row; $variant; .medians[$variant] | nanoseconds)]]);
def counts: table(["instructions", "over native", "budget", "native", "forward", "gridlock", "--witness"];
	[.[] | [(.name | spoken), "+\(.over)", (if .bound == null then "" elif .over <= .bound then "\(.bound): met" else "\(.bound): over by \(.over - .bound)" end),
		.native, .forward, .gridlock, .witness // "-"]]);

# ---- scale ----
def grows($title): table([$title, "size", "native", "gridlock", "over"];
	[.[] | [.name, .size, (.why.native // (.medians.native | nanoseconds)), (.why.gridlock // (.medians.gridlock | nanoseconds)),
		(if .medians.gridlock and .medians.native then .medians.gridlock - .medians.native | if . < 0 then "0" else nanoseconds end else "-" end)]]);
def slow_path: table(["of each new one", "shape", "edges", "time", "bytes"];
	[.[] | [.what, .shape, .edges, (if .nanoseconds then .nanoseconds | nanoseconds else "stopped: \(.why)" end), .bytes // "-"]]);
def judging: table(["shape", "events", "threads", "dependencies", "seconds", "MiB", "result"];
	[.[] | [.shape, .events, .threads, .dependencies, .seconds // .why, .mib // "-", .result + (if .cut > 0 then ", search cut short" else "" end)]]);

# ---- real programs ----
def load_verdict: if (.name == "memcached" or .name == "mariadb") and .cpu.ratios.gridlock then
	verdict(.cpu.ratios.gridlock.low; .cpu.ratios.gridlock.ratio; 1.02; "") else "" end;
def loads: table(["watched / not", "throughput [95 %]", "CPU time [95 %]", "CPU budget", "unit", "native /s", "gridlock /s", "native MiB", "gridlock MiB"];
	[.[] | if .why then [.name, .why, "", "", .unit, "", "", "", ""] else
		[.name, (.rate.ratios.gridlock | spread), (.cpu.ratios.gridlock | spread), load_verdict, .unit, (.rate.medians | .native, .gridlock | brief),
		(.kib.medians | .native, .gridlock | . / 1024 | brief)] end]);

$bench[0] as $bench | $scale[0] as $scale | $real[0] as $real |
"# What gridlock costs", "",
"Written by `make benchmarks` from measurements; not by hand. The machine: \($machine).",
"Ratios come first, for they hold elsewhere too; times are this machine's. Budgets: met, or by how much not. An interval [low, high] holds the true",
"median at 95 % or more, and a budget is met when the interval reaches it. With fewer than six runs it is the smallest and the largest of them.", "",
"## Operations", "",
(if $bench == null then not_made("bench") else
	"\(samples_of($bench)) alternating runs of native, forward, gridlock and `--witness`, fewer of the peers. *forward*: a library that wraps the same calls and only",
	"forwards (`tests/bench/floor.c`): the least that any preload costs. *--witness*: with a trace of every lock event. *TSan*: ThreadSanitizer with its",
	"deadlock detector, a build of its own, which watches all of memory as well; *Helgrind*, *DRD*: valgrind's, which do that too, and run one thread at a time.",
	"A cell with words: why there is no figure. *Beside a thread that sleeps*: libc's locks need no atomic instruction while a process has one thread, which",
	"any library in between that needs one pays in full; programs that can deadlock have more.", "",
	($bench.nanoseconds | ratios), ($bench.nanoseconds | times),
	"Instructions by callgrind, which are the same every time; `make check` holds those with a budget to it, but for the ones that are shown as over.", "",
	($bench.instructions | counts) end),
"## Scale", "",
(if $scale == null then not_made("bench-scale") else
	"CPU time of one operation when all that there is to be seen has been seen (`tests/bench/scale/scale.c` says what each is): *over* must not grow.", "",
	($scale.operations | grows("operation")),
	"The first time, when it is new:", "", ($scale.new | grows("new")),
	"Threads (size) that come upon new dependencies at once, by the clock, for one:", "", ($scale.discover | grows("discover")),
	"The slow path alone, in one thread: *graph* is the order graph (Pearce and Kelly), *dependency* all that a new one takes. *adversarial*: a chain of locks,",
	"from its end on.", "", ($scale.order | slow_path),
	"`gridlock report`. Budget: 10,000,000 events and 10,000 dependencies in seconds; 1,000,000 locks in minutes, in bounded memory. *groups*, *fan*, *pairs*:",
	"`tests/bench/scale/judge.c`.", "", ($scale.judge | judging) end),
"## Real programs", "",
(if $real == null then not_made("bench-real") else
	"\(samples_of($real)) pairs of runs, natively and watched in turn, each from a fresh start. Client and program share the machine, so throughput is what is left to",
	"both. *CPU time*: user and system of all the program's processes, the launcher with them, for one operation; without the start and the report. *MiB*: the most that each",
	"process had, added up, with the recording as far as it is mapped.", "",
	($real.real | loads) end)
