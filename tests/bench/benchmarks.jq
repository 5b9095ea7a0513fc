# benchmarks.jq: the tables of BENCHMARKS.md (whole) and of README.md (short), out of the results: {instructions, operations, scale, real: the document
# of that part, or null; machine: in general terms}. The budgets are those of DESIGN section 9. Each definition makes lines.
include "stats";

def table($head; $rows):
	"| " + ($head | join(" | ")) + " |", "|" + ($head | map("---") | join("|")) + "|", ($rows[] | "| " + (map(tostring) | join(" | ")) + " |"), "";
def nanoseconds: if . == null then "-" elif . < 1000 then brief elif . < 1e6 then "\(. / 1000 | brief) us" else "\(. / 1e6 | brief) ms" end;
def kib: if . == null then "-" elif . < 10240 then "\(decimals(0)) KiB" else "\(. / 1024 | brief) MiB" end;
def not_made($target): "Not measured: `make \($target)`.", "";
# One that was made to see that everything runs is not to be taken for another.
def shortened($rounds): if .short != "1" or .largest != "" or (.rounds | tonumber) < $rounds then "**A shortened run, to try it out: these are no results.**", "" else empty end;

# Met when the interval reaches down to the bound.
def verdict($low; $value; $bound; $unit):
	if $bound == null then ""
	elif $low <= $bound then "\($bound)\($unit): met"
	else "\($bound)\($unit): over by \($value - $bound | decimals(2))\($unit)" end;

def operations: {
	pair: "lock + unlock", nested: "two nested pairs",
	beside: "lock + unlock, beside a thread that sleeps", crossed: "two, unlocked in the order of locking", nested_beside: "two nested pairs, beside one", read_beside: "rwlock, read pair, beside one",
	depth4: "four nested", depth16: "sixteen nested",
	read: "rwlock, read pair", read_2: "the same, 2 threads on one", write: "rwlock, write pair", try: "trylock + unlock",
	many: "1,024 locks in turn, under one", paths: "two nested, in turn from 1,024 call paths", second: "lock + unlock, from another call path than the first", guard: "`std::lock_guard`", scoped: "`std::scoped_lock` of two, the outer one unlocked first", shared: "`std::shared_lock`",
	cond: "condition, two threads in turn", pair_2: "lock + unlock, 2 threads at one", pair_4: "the same, 4 threads", pair_8: "the same, 8 threads",
	pair_16: "the same, 16 threads", pair_32: "the same, 32 threads", pair_64: "the same, 64 threads",
	work_2: "100 ns of work in it, 2 threads", work_4: "the same, 4 threads", work_8: "the same, 8 threads",
	work_16: "the same, 16 threads", work_32: "the same, 32 threads", work_64: "the same, 64 threads",
	apart_2: "400 ns of work in it and outside, 2 threads", apart_8: "the same, 8 threads", apart_64: "the same, 64 threads",
	queue_16: "queue, 16 producers, 16 consumers", queue_64: "queue, 64 and 64", create: "thread: create + join",
	life: "two locks: init, nest, destroy", life_ring: "the same, in both orders",
	free: "malloc + free", free_near: "the same, beside a lock that was nested",
	start: "start: /bin/true, the library alone", command: "`gridlock -- /bin/true`, with its report", exit: "exit after 2,000 operations"};
def spoken: operations[.] // .;
# Where "the same" stands alone.
def spoken_alone: {free_near: "malloc + free, beside a lock that was nested", work_8: "contended, 100 ns of work in it, 8 threads", apart_8: "contended, 400 ns in it and outside, 8 threads", apart_64: "contended, 400 ns in it and outside, 64 threads"}[.] // spoken;

# ---- operations ----
def over_budget: {pair: 5, nested: 10, read: 4, read_2: 4, beside: 5, nested_beside: 10, read_beside: 4}[.];
def operation_verdict: . as $row
	| if .ratios.gridlock == null then ""
	elif .name | over_budget then ([range(0; .samples.gridlock | length)] | map($row.samples.gridlock[.] - $row.samples.native[.]) | interval)
		as $over | verdict($over.low; $over.ratio; .name | over_budget; " ns") | "+" + .
	elif .name | test("^(work|pair|apart)_[0-9]") then verdict(.ratios.gridlock.low; .ratios.gridlock.ratio; 1.05; "")
	else "" end;
def cell($row; $variant; f): $row.why[$variant] // ($row | f) | if . == null then "-" else . end;
def counted($name): .instructions.instructions // [] | map(select(.name == $name)) | first // {};
def peers: ["forward", "gridlock", "witness", "tsan", "tsan_clang", "helgrind", "drd"];
def ratio($row; $variant): cell($row; $variant;
	if $variant == "gridlock" then .ratios.gridlock | spread else .ratios[$variant].ratio | brief end);
def ratios: . as $all | table(["times native", "forward", "**gridlock** [95 %]", "--witness", "TSan, gcc", "TSan, clang", "Helgrind", "DRD", "budget", "instructions: native", "gridlock"];
	[.operations.nanoseconds[] | . as $row | [(.name | spoken)] + [peers[] as $variant | ratio($row; $variant)] + [operation_verdict]
		+ ($all | counted($row.name) | [.native // "-", .gridlock // "-"])]);
def times: table(["nanoseconds", "native", "forward", "**gridlock**", "--witness", "TSan, gcc", "TSan, clang", "Helgrind", "DRD"];
	[.operations.nanoseconds[] | . as $row | [(.name | spoken)] + [("native", peers[]) as $variant | cell($row; $variant; .medians[$variant] | nanoseconds)]]);
def count_verdict: if .bound == null then "" elif .over <= .bound then "\(.bound): met" else "\(.bound): over by \(.over - .bound)" end;
def counts: table(["instructions", "over native", "budget", "native", "forward", "gridlock", "--witness"];
	[.instructions.instructions[] | [(.name | spoken), (if .over then "+\(.over)" else "-" end), count_verdict,
		.native, .forward, .gridlock // "-", .witness // "-"]]);

# ---- scale ----
def grows($title): table([$title, "size", "native", "gridlock", "over"];
	[.[] | [.name, .size, (.why.native // (.medians.native | nanoseconds)), (.why.gridlock // (.medians.gridlock | nanoseconds)),
		(if .medians.gridlock and .medians.native then .medians.gridlock - .medians.native | if . < 0 then "0" else nanoseconds end else "-" end)]]);
# What one more takes: over that of the smallest size, which has the library and its first pages.
def per_piece($rows): . as $row | ($rows | map(select(.name == $row.name)) | min_by(.size)) as $least | ($row | .medians.gridlock - .medians.native)
	- ($least.medians | .gridlock - .native) | if $row.size == $least.size then null else . / ($row.size - $least.size) end;
def memory_verdict($each): if .name != "threads" or $each == null then "" else verdict($each; $each; 64; " KiB") end;
def memory: . as $rows | table(["memory", "size", "native", "gridlock", "KiB for each more", "budget"];
	[.[] | . as $row | (if .medians.gridlock and .medians.native then per_piece($rows) else null end) as $each | [.name, .size, (.why.native // (.medians.native | kib)),
		(.why.gridlock // (.medians.gridlock | kib)), ($each | brief), memory_verdict($each)]]);
def slow_path: table(["of each new one", "shape", "edges", "time", "bytes"];
	[.[] | [.what, .shape, .edges, (if .nanoseconds then .nanoseconds | nanoseconds else "stopped: \(.why)" end), .bytes // "-"]]);
# "Seconds" for 10,000,000 events, "minutes" for 1,000,000 locks.
def judge_verdict: .seconds as $took | (if .events >= 1e7 then 60 elif .shape == "wide" then 600 else null end) as $bound
	| if $bound and $took == null then "\($bound) s: over" else verdict($took; $took; $bound; " s") end;
def judging: table(["shape", "events", "threads", "dependencies", "seconds", "budget", "MiB", "result"];
	[.[] | [.shape, .events, .threads, .dependencies, .seconds // .why, judge_verdict, .mib // "-", .result + (if .cut > 0 then ", search cut short" else "" end)]]);

# ---- real programs ----
def load_verdict: if (.name == "memcached" or .name == "mariadb") and .cpu.ratios.gridlock then
	verdict(.cpu.ratios.gridlock.low; .cpu.ratios.gridlock.ratio; 1.02; "") else "" end;
def rate_verdict: .rate.ratios.gridlock | if . == null then "" elif .high >= 0.95 then "0.95: met" else "0.95: below by \(0.95 - .ratio | decimals(2))" end;
def loads: table(["watched / not", "throughput [95 %]", "budget", "CPU time [95 %]", "budget", "unit", "native /s", "gridlock /s", "native MiB", "gridlock MiB"];
	[.[] | if .why then [.name, .why, "", "", "", .unit, "", "", "", ""] else
		[.name, (.rate.ratios.gridlock | spread), rate_verdict, (.cpu.ratios.gridlock | spread), load_verdict, .unit, (.rate.medians | .native, .gridlock | brief),
		(.kib.medians | .native, .gridlock | . / 1024 | brief)] end]);

# ---- the documents ----
def whole_operations: "## Operations", "",
	if .operations == null or .instructions == null then not_made("bench-operations") else
	(.operations | shortened(20)),
	"\(.operations.rounds) alternating runs of native, forward, gridlock and `--witness`, fewer of the peers. *forward*: a library that wraps the same calls and only",
	"forwards (`tests/bench/floor.c`): the least that any preload costs. *--witness*: with a trace of every lock event. *TSan*: ThreadSanitizer with its",
	"deadlock detector, a build of its own, which watches all of memory as well; *Helgrind*, *DRD*: valgrind's, which do that too, and run one thread at a time.",
	"A cell with words: why there is no figure. *Beside a thread that sleeps*: libc's locks need no atomic instruction while a process has one thread, which",
	"any library in between that needs one pays in full; programs that can deadlock have more. Where threads wait for each other (contention, queues) a run",
	"depends on who sleeps when: a ratio below one means that.", "",
	ratios, times,
	"Instructions by callgrind; `make check` holds those with a budget to it, but for the ones that are shown as over. They are the same every time, but",
	"where threads wait for each other: there valgrind decides who waits. \"-\": under valgrind the recording cannot grow, so that not all was watched.", "",
	counts end;
def whole_scale: "## Scale", "",
	if .scale == null then not_made("bench-scale") else .scale |
	shortened(3),
	"CPU time of one operation when all that there is to be seen has been seen (`tests/bench/scale/scale.c` says what each is), medians of \(.rounds) runs: *over* must",
	"not grow.", "",
	(.operations | grows("operation")),
	"The first time, when it is new:", "", (.new | grows("new")),
	"Threads (size) that come upon new dependencies at once, by the clock, for one:", "", (.discover | grows("discover")),
	"The most that the process has in memory, with what is mapped of the recording:", "", (.memory | memory),
	"The slow path alone, in one thread: *graph* is the order graph, *dependency* all that a new one takes. *adversarial*: a chain of locks, from its end on,",
	"where the order by Pearce and Kelly moves all that came before, for each.", "", (.order | slow_path),
	"`gridlock report`: of 10,000,000 events in seconds, of 1,000,000 locks (*wide*) in minutes. *groups*, *fan*, *pairs*: `tests/bench/scale/judge.c`.", "", (.judge | judging) end;
def whole_real: "## Real programs", "",
	if .real == null then not_made("bench-real") else .real |
	shortened(20),
	"\(.rounds) pairs of runs, natively and watched in turn, each from a fresh start. Client and program share the machine, so throughput is what is left to both.",
	"*CPU time*, for one operation: of servers that of all their processes and of the launcher, after a second under load; of programs that compress or encode",
	"from their start to their end; without the report. *MiB*: the most that each process that was there at the end had, added up, with the recording as",
	"far as it is mapped.", "",
	(.real | loads) end;
def whole:
	"# What gridlock costs", "",
	"Written by `make benchmarks` from what `make bench` measures; not by hand. The machine: \(.machine).",
	"Ratios come first, for they hold elsewhere too; times are this machine's. Budgets: met, or by how much not. An interval [low, high] holds the true",
	"median at 95 % or more, and a budget is met when the interval reaches it. With fewer than six runs it is the smallest and the largest of them.", "",
	whole_operations, whole_scale, whole_real;

def short_operation($all): . as $row | [(.name | spoken_alone), ($all | counted($row.name) | .native // "-", .gridlock // "-")]
	+ [("forward", "gridlock", "tsan", "tsan_clang", "helgrind", "drd") as $variant | ratio($row; $variant)];
def short_operations: . as $all |
	"Instructions, and times what it takes natively (median of \(.operations.rounds) alternating runs, its 95 % interval):", "",
	table(["", "instructions: native", "gridlock", "a library that only forwards", "**gridlock**", "TSan, gcc", "TSan, clang", "Helgrind", "DRD"];
		[("pair", "nested", "beside", "nested_beside", "read_beside", "many", "paths", "scoped", "free", "work_8", "apart_8", "apart_64", "queue_16", "create", "start") as $name
			| .operations.nanoseconds[] | select(.name == $name) | short_operation($all)]);
def short_real: .real |
	"Real programs under load, watched / not (\(.rounds) pairs of runs):", "",
	table(["", "throughput", "CPU time for an operation", "MiB"];
		[.real[] | if .why then [.name, .why, "", ""] else
			[.name, (.rate.ratios.gridlock | spread), (.cpu.ratios.gridlock | spread), (.kib.medians | "\(.native / 1024 | brief) -> \(.gridlock / 1024 | brief)")] end]);
def short: "", short_operations, short_real, "Measured on \(.machine).", "";
