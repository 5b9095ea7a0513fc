# build.mk: the programs of the tests, and the benchmarks; included by the Makefile, whose variables it uses.
PROGRAM := -std=gnu11 -D_GNU_SOURCE $(WARN) -pthread

# ---- modules, by Check ----
report_lib := $(filter-out $(BUILD)/obj/report/main.o,$(report_obj))
$(BUILD)/test_%: tests/test_%.c $(report_lib)
	@mkdir -p $(@D)
	$(CC) $(COMMON) $(CFLAGS) -o $@ $< $(report_lib) $(LIBS) -lcheck -lsubunit -lm -lrt -pthread

# ---- the HTML report ----
$(BUILD)/html/generate: tests/html/generate.c $(report_lib)
	@mkdir -p $(@D)
	$(CC) $(COMMON) $(CFLAGS) -o $@ $< $(report_lib) $(LIBS) -lcheck -lsubunit -lm -lrt -pthread

deps-test:      ## the readers of formats: a browser, and what comes from npm
	@tests/readers/deps
check-html: all examples $(BUILD)/html/generate deps-test  ## the HTML report in a browser
	@BUILD=$(BUILD) tests/html/run
check-formats: check-html  ## this, the other formats by what reads them in the field, and 1,000 files merged
	@BUILD=$(BUILD) tests/formats/run --readers
	@BUILD=$(BUILD) tests/merge/run --large
	@BUILD=$(BUILD) tests/merge/sql

# ---- random programs ----
$(BUILD)/random: $(wildcard tests/random/*.c tests/random/*.h)
	@mkdir -p $(@D)
	$(CC) $(PROGRAM) $(CFLAGS) -o $@ $(filter %.c,$^)

# ---- faults ----
# A variant of the library whose calls of the system fail one after the other: what tests/faults/faults.c stands in front of. The linker
# wraps no name that has a version.
faults_obj := $(patsubst %.c,$(BUILD)/faults/obj/%.o,$(shim_src) $(graph_src) tests/faults/faults.c)
$(BUILD)/faults/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(filter-out -include shim/versions%,$(SHIM)) $(CFLAGS) -c -o $@ $<
$(BUILD)/faults/libgridlock.so: $(faults_obj)
	$(CC) $(SHIMLINK) $$(nm $(filter %/faults.o,$^) | sed -n 's/.* T __wrap_/-Wl,--wrap=/p') $(LDFLAGS) -o $@ $^ -lc
$(BUILD)/faults/%: tests/faults/%.c
	@mkdir -p $(@D)
	$(CC) $(PROGRAM) -g -O1 -MMD -MP -o $@ $<
faults := $(BUILD)/faults/libgridlock.so $(patsubst tests/faults/%.c,$(BUILD)/faults/%,$(filter-out tests/faults/faults.c,$(wildcard tests/faults/*.c)))
$(BUILD)/faults/torn: tests/faults/torn.c graph/recording.c report/collect.c report/memory.c report/progress.c
	@mkdir -p $(@D)
	clang $(filter-out -MMD -MP,$(COMMON)) -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -o $@ $^

# ---- transparency ----
transparency := $(BUILD)/transparency/checks $(patsubst tests/transparency/programs/%,$(BUILD)/transparency/%,$(basename $(wildcard tests/transparency/programs/*.c*))) $(BUILD)/transparency/loaded.so
$(BUILD)/transparency/%: tests/transparency/programs/%.cpp
	@mkdir -p $(@D)
	$(CXX) -std=c++17 -Wall -Wextra -Werror -g -O1 -pthread -MMD -MP -o $@ $<
$(BUILD)/transparency/%.so: tests/transparency/libraries/%.c
	@mkdir -p $(@D)
	$(CC) $(PROGRAM) -g -O1 -fPIC -shared -o $@ $<
$(BUILD)/transparency/%: tests/transparency/programs/%.c
	@mkdir -p $(@D)
	$(CC) $(PROGRAM) -g -O1 -MMD -MP -o $@ $<
$(BUILD)/transparency/checks: $(wildcard tests/transparency/*.c tests/transparency/*.h)
	@mkdir -p $(@D)
	$(CC) $(PROGRAM) -g -O1 -o $@ $(filter %.c,$^)

# ---- libFuzzer's harnesses: in a build folder of their own; symbols by tests/fuzz/symbols.c, not libdw ----
.PHONY: fuzz-build
fuzz-build: $(patsubst %,$(BUILD)/fuzz_%,recording facts merged options suppressions template)
fuzz_judge := tests/fuzz/judge.c tests/fuzz/symbols.c $(filter-out $(BUILD)/obj/report/symbols.o,$(report_lib))
$(BUILD)/fuzz_recording $(BUILD)/fuzz_facts: $(BUILD)/fuzz_%: tests/fuzz/%.c $(fuzz_judge)
	$(CC) $(COMMON) $(CFLAGS) -fsanitize=fuzzer -Wl,--wrap=die -o $@ $(filter %.c %.o,$^) $(LIBS)
$(BUILD)/fuzz_merged: $(BUILD)/fuzz_%: tests/fuzz/%.c tests/fuzz/symbols.c $(filter-out $(BUILD)/obj/report/symbols.o,$(report_lib))
	$(CC) $(COMMON) $(CFLAGS) -fsanitize=fuzzer -Wl,--wrap=die -o $@ $(filter %.c %.o,$^) $(LIBS)
$(BUILD)/fuzz_options: fuzz_wrap := -Wl,--wrap=argp_parse
$(BUILD)/fuzz_%: tests/fuzz/%.c $(report_lib)
	$(CC) $(COMMON) $(CFLAGS) -fsanitize=fuzzer -Wl,--wrap=die $(fuzz_wrap) -o $@ $(filter %.c %.o,$^) $(LIBS)

# ---- small programs, explored ----
$(BUILD)/explore: $(wildcard tests/explore/*.c tests/explore/*.h) tests/random/seed.h
	@mkdir -p $(@D)
	$(CC) $(PROGRAM) -g -O1 -o $@ $(filter %.c,$^)

# ---- benchmarks: one compiler for every variant, and the other one for the second ThreadSanitizer ----
# bench_program NAME, CC, CXX, FLAGS
define bench_program
$(BUILD)/bench/$(1): $(wildcard tests/bench/micro/*)
	@mkdir -p $(BUILD)/bench/$(1).o
	for source in $(filter %.c,$(wildcard tests/bench/micro/*)); do $(2) $(PROGRAM) -O2 -g $(4) -c -o $(BUILD)/bench/$(1).o/$$$$(basename $$$$source).o $$$$source || exit; done
	$(3) -std=c++17 -Wall -Wextra -Werror -pthread -O2 -g $(4) -o $$@ $(BUILD)/bench/$(1).o/*.o tests/bench/micro/scoped.cpp
$(BUILD)/bench/empty$(1:bench%=%): tests/bench/empty.c
	@mkdir -p $$(@D)
	$(2) $(PROGRAM) -O2 $(4) -o $$@ $$<
endef
$(eval $(call bench_program,bench,gcc,g++,))
$(eval $(call bench_program,bench.tsan,gcc,g++,-fsanitize=thread))
$(eval $(call bench_program,bench.tsan_clang,clang,clang++,-fsanitize=thread))
$(BUILD)/bench/%.so: tests/bench/%.c
	@mkdir -p $(@D)
	gcc $(filter-out -Wmissing-prototypes,$(PROGRAM)) -O2 -fPIC -shared -o $@ $<
$(BUILD)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	gcc $(PROGRAM) -O2 -g -I. -o $@ $<
bench_counted := $(BUILD)/bench/bench $(BUILD)/bench/empty $(BUILD)/bench/floor.so
bench_timed   := $(bench_counted) $(BUILD)/bench/spawn
bench_scale   := $(addprefix $(BUILD)/bench/,scale discover order judge measure)
bench_parts   := instructions run run_scale run_real
$(BUILD)/bench/%: tests/bench/scale/%.c $(wildcard tests/bench/scale/*.h)
	@mkdir -p $(@D)
	gcc $(PROGRAM) -O2 -g -I. -o $@ $(filter %.c,$^)
$(BUILD)/bench/order: $(wildcard graph/*.c graph/*.h)
# The peers' builds: where one cannot be made the tables say so.
bench-peers:
	-@$(MAKE) -s --keep-going $(foreach program,bench.tsan bench.tsan_clang empty.tsan empty.tsan_clang,$(BUILD)/bench/$(program))
bench: all $(bench_timed) $(bench_scale) bench-peers  ## BENCHMARKS.md, all of it measured: an hour; what is measured already stays (BENCH_AGAIN=1: it does not)
	@code=0; for part in $(bench_parts); do BUILD=$(BUILD) tests/bench/$$part || code=1; done; BUILD=$(BUILD) tests/bench/write && exit $$code
bench-operations: all $(bench_timed) bench-peers  ## part of it: instructions and nanoseconds per operation, beside native and the peers
	@BUILD=$(BUILD) tests/bench/instructions && BUILD=$(BUILD) tests/bench/run
bench-scale: all $(bench_scale)  ## part of it: what grows with locks, threads, depth, stacks, dependencies, and what does not
	@BUILD=$(BUILD) tests/bench/run_scale
bench-real: all $(BUILD)/bench/measure  ## part of it: real servers and programs under load: throughput, CPU time, memory
	@BUILD=$(BUILD) tests/bench/run_real
benchmarks:     ## BENCHMARKS.md, and the tables of README.md, from what has been measured
	@BUILD=$(BUILD) tests/bench/write
bench-instructions: all $(bench_counted)  ## instructions per operation, held to their bounds
	@BUILD=$(BUILD) tests/bench/instructions --check
deps-bench:     ## what the benchmarks need besides, by apt
	@tests/deps bench
