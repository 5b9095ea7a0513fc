# gridlock. `make help` lists the targets. Honours CC CFLAGS LDFLAGS PREFIX DESTDIR; one build folder per variant: BUILD=build.
# MUSL=1: the library for programs of musl's, by MUSL_CC; the command stays one of this system.
CC      ?= gcc
CFLAGS  ?= -O2 -g
PREFIX  ?= /usr/local
BUILD   ?= build$(if $(MUSL),/musl)
MUSL_CC ?= musl-gcc
SHIM_CC := $(if $(MUSL),$(MUSL_CC),$(CC))
VERSION := 0.1.0

comma    := ,
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
COMMON   := -std=gnu11 -D_GNU_SOURCE -I. $(WARN) -MMD -MP -DVERSION='"$(VERSION)"'
# The library: position independent, one initial-exec TLS pointer, nothing exported but what says so, unwind tables through every frame.
# Vectors would only add moves to the hot path. The oldest versions of libc's functions, in every file.
MACHINE  := $(firstword $(subst -, ,$(shell $(SHIM_CC) -dumpmachine)))
LIBC     := $(if $(MUSL),musl,glibc)
VARIANT  := $(MACHINE)_$(LIBC)
SHIM     := $(COMMON) -include shim/versions_$(VARIANT).h -fno-tree-vectorize -fPIC -fvisibility=hidden -ftls-model=initial-exec -fasynchronous-unwind-tables -fno-stack-protector -fno-builtin-malloc \
            -DBINDIR='"$(PREFIX)/bin"'
# The kernel's headers and uthash are where another libc's are: those come last.
SHIM     += $(if $(MUSL),-idirafter /usr/include -idirafter /usr/include/$(MACHINE)-linux-gnu)
SHIMLINK := -shared -nostartfiles -Wl,-z,defs,-z,now,-z,relro,--eh-frame-hdr,--hash-style=gnu,-soname,libgridlock.so
# glibc: by name, what it kept there before 2.34 (shim/versions_x86_64_glibc.h). musl: an unwinder, which nobody outside is to see.
SHIMLIBS := $(if $(MUSL),-Wl$(comma)--version-script=shim/hidden_musl.map$(comma)--exclude-libs=ALL -lgcc_eh -lgcc,\
              -Wl$(comma)--no-as-needed -l:libpthread.so.0 -l:libdl.so.2) -lc
LIBS     := -ljansson -ldw -lelf -lz -liberty -ldl

shim_src   := $(filter-out shim/%_glibc.c shim/%_musl.c,$(wildcard shim/*.c)) shim/jump_$(VARIANT).c shim/real_$(LIBC).c shim/unwinder_$(LIBC).c
graph_src  := $(wildcard graph/*.c)
report_src := $(wildcard report/*.c)
shim_obj   := $(patsubst %.c,$(BUILD)/pic/%.o,$(shim_src) $(graph_src))
report_obj := $(patsubst %.c,$(BUILD)/obj/%.o,$(report_src) $(graph_src)) $(BUILD)/obj/html_assets.o
graph_obj  := $(patsubst %.c,$(BUILD)/obj/%.o,$(graph_src))

.PHONY: $(shell sed -n 's/^\([a-z0-9-]*\):.*/\1/p' Makefile tests/build.mk install.mk)

all: $(BUILD)/gridlock $(BUILD)/libgridlock.so $(BUILD)/gridlock.1 ## the command and the library

deps:           ## what building and testing needs, by apt when something is missing
	@tests/deps

$(BUILD)/libgridlock.so: $(shim_obj)
	$(SHIM_CC) $(SHIMLINK) $(LDFLAGS) -o $@ $^ $(SHIMLIBS)

$(BUILD)/gridlock: $(report_obj)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/pic/%.o: %.c
	@mkdir -p $(@D)
	$(SHIM_CC) $(SHIM) $(CFLAGS) -c -o $@ $<

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(COMMON) $(CFLAGS) -c -o $@ $<

$(BUILD)/obj/html_assets.o: report/html/embed report/html/page.css report/html/page.js report/html_assets.h
	@mkdir -p $(@D)
	report/html/embed report/html/page.css report/html/page.js >$(@:.o=.c)
	$(CC) $(COMMON) $(CFLAGS) -c -o $@ $(@:.o=.c)

# ---- examples ----
example_c   := $(patsubst examples/%.c,$(BUILD)/examples/%,$(wildcard examples/*.c))
example_cxx := $(patsubst examples/%.cpp,$(BUILD)/examples/%,$(wildcard examples/*.cpp))
examples: $(example_c) $(example_cxx) $(BUILD)/examples/maps $(BUILD)/examples/maps_redundant
$(BUILD)/examples/%: examples/%.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) -Iinclude -g -O1 -pthread -MMD -MP -o $@ $<
$(BUILD)/examples/%: examples/%.cpp
	@mkdir -p $(@D)
	$(CXX) -std=c++17 -Wall -Wextra -Werror -g -O1 -pthread -MMD -MP -o $@ $<
$(BUILD)/examples/maps $(BUILD)/examples/maps_redundant: $(wildcard examples/maps/*.c examples/maps/*.h)
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) $(if $(findstring redundant,$@),-DREDUNDANT_OUTER_LOCK) -g -O2 -pthread -Iexamples/maps -o $@ $(wildcard examples/maps/*.c)

demo: all examples  ## what gridlock says of each example, then of a real program
	@BUILD=$(BUILD) examples/demo

# ---- checks ----
include tests/build.mk install.mk
check: all check-layers check-exports check-format check-lint check-units check-sanitize check-cases check-inputs check-random check-explore check-confirm check-faults check-transparency check-real bench-instructions  ## everything that CI runs

check-layers: all  ## shim -> graph <- report; libc's locks only through the table of real addresses
	@tests/check_layers
check-exports: all  ## functions.def against what the library exports, both ways; what it needs of libc
	@tests/check_exports $(BUILD)/libgridlock.so
	@tests/check_needs $(BUILD)/libgridlock.so
check-format:   ## clang-format
	@clang-format --dry-run --Werror $$(find shim graph report include examples tests -name '*.[ch]' -o -name '*.cpp')
check-lint:     ## cppcheck, shellcheck
	@tests/check_lint
check-cases: all examples  ## small programs with their whole expected report
	@BUILD=$(BUILD) tests/run_cases
	@BUILD=$(BUILD) IDENTITY=table tests/run_cases
check-inputs: all examples $(BUILD)/html/generate  ## wrong arguments, damaged recordings, full disks; dump, top; baselines; formats; gridlock.h; merging
	@BUILD=$(BUILD) tests/run_inputs
	@BUILD=$(BUILD) tests/run_options
	@BUILD=$(BUILD) tests/run_completions
	@BUILD=$(BUILD) tests/live/run
	@BUILD=$(BUILD) tests/baseline/run
	@BUILD=$(BUILD) tests/formats/run
	@BUILD=$(BUILD) tests/header/run
	@BUILD=$(BUILD) tests/merge/run
check-real: all ## real programs from Debian's packages
	@BUILD=$(BUILD) tests/real/run
check-units: $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/test_*.c))  ## modules, with Check
	@printf '%s\n' $^ | sort -r | CK_DEFAULT_TIMEOUT=120 xargs -n 1 -P $$(nproc) # the longest first; a slow machine is no failure
check-sanitize: ## modules under ASan and UBSan, with clang
	@$(MAKE) -s check-units BUILD=$(BUILD)/asan CC=clang CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all'

check-random: all $(BUILD)/random  ## random programs of which it is known what is to be found
	@BUILD=$(BUILD) tests/random/run
check-explore: all $(BUILD)/explore  ## small programs against all their interleavings
	@BUILD=$(BUILD) tests/explore/run
check-confirm: all examples  ## cycles that are made to happen
	@BUILD=$(BUILD) tests/confirm/run
check-faults: all examples $(faults)  ## everything that the library asks for fails, kills, full disks, limits, many threads
	@BUILD=$(BUILD) tests/faults/run
check-transparency: all $(transparency)  ## every wrapped function does what its manual page says, watched or not
	@BUILD=$(BUILD) tests/transparency/run
	@BUILD=$(BUILD) tests/transparency/surroundings
soak: all examples $(faults)  ## the slow ones, for about SOAK_MINUTES (30)
	@BUILD=$(BUILD) tests/soak

fuzz: all examples  ## the command's readers, for ten minutes
	@$(MAKE) -s fuzz-build BUILD=$(BUILD)/fuzz CC=clang CFLAGS='-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'
	@BUILD=$(BUILD) tests/fuzz/run

check-old: all  ## the cases on Debian 11 and 13 (glibc 2.31 and 2.41), in roots made by debootstrap
	@BUILD=$(BUILD) LIBRARY=$(BUILD)/libgridlock.so tests/old/run debian11
	@BUILD=$(BUILD) LIBRARY=$(BUILD)/libgridlock.so tests/old/run debian13
check-aarch64: all  ## the library cross-built, and the cases under qemu-user
	@$(MAKE) -s $(BUILD)/aarch64/libgridlock.so BUILD=$(BUILD)/aarch64 CC=aarch64-linux-gnu-gcc
	@tests/check_needs $(BUILD)/aarch64/libgridlock.so
	@BUILD=$(BUILD) LIBRARY=$(BUILD)/aarch64/libgridlock.so tests/old/run aarch64
check-musl: all ## the library built for musl (MUSL=1), and the cases
	@$(MAKE) -s $(BUILD)/musl/libgridlock.so BUILD=$(BUILD)/musl MUSL=1
	@tests/check_exports $(BUILD)/musl/libgridlock.so /lib/ld-musl-$(MACHINE).so.1
	@BUILD=$(BUILD) LIBRARY=$(BUILD)/musl/libgridlock.so tests/old/run musl

# ---- the rest ----
stats:          ## lines, comments, longest functions
	@tests/stats
clean:          ## removes the build folder
	rm -rf $(BUILD)
help:           ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  \1\t\2/p' Makefile tests/build.mk install.mk | expand -t 22

-include $(shell find $(BUILD) -type f -name '*.d' 2>/dev/null)
