/* sink.c: see sink.h. */
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "real.h"
#include "sandbox.h"
#include "settings.h"
#include "state.h"
#include "text.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif
#define FILE_MAX     (1ull << 30) /* length of an image's file, which is sparse */
#define CHUNKS_READY 3u		  /* header, the first facts, the first slots: made ready at start */
#define CHUNK_ROOM   (RECORDING_CHUNK - (uint32_t)sizeof(struct recording_chunk))
#define PAGE	     4096u

/* What is mapped of the file: a window at a time, for mlockall and limits on address space count what is mapped, not what is used. Where
 * they lie in this process; a forked child has its parent's, and maps others itself. Protected by process->lock. */
#define WINDOW	    8u /* chunks */
#define WINDOW_SIZE ((size_t)WINDOW * RECORDING_CHUNK)
static uint8_t *windows[FILE_MAX / WINDOW_SIZE];
/* Serial of the process whose recording could not grow. It does not ask again, and writes no fact more, a small one neither: what is there is
 * everything up to some point, and no witness without what orders it. */
static uint32_t full_process;

struct recording_header *sink_header;
char sink_directory[2048];
char sink_image[32];
bool sink_private;
static bool file_made;

static void sink_write(void *ctx, const struct fact *fact)
{
	(void)ctx;
	sink_append(fact);
}
struct fact_sink sink = {.write = sink_write};

/* ---- opening ---- */

/* As much as limits on address space and file size allow: beyond RLIMIT_FSIZE the kernel would send SIGXFSZ. */
static size_t file_size(void)
{
	struct rlimit limit;
	uint64_t size = FILE_MAX;

	if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur / 16 < size)
		size = limit.rlim_cur / 16;
	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < size)
		size = limit.rlim_cur;
	return size - size % WINDOW_SIZE;
}

/* Has the kernel write to each page: where there is no room its copy fails, and ours would be SIGBUS. */
static bool pages_touch(uint8_t *start, size_t size)
{
	for (uint8_t *page = start; page < start + size; page += PAGE) {
		if (real.syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, page, sizeof(uint64_t)) != 0)
			return false;
		memset(page, 0, sizeof(uint64_t));
	}
	return true;
}

/* Part of a chunk, in whole pages, not written yet: ready to be written, or an error now rather than SIGBUS later. */
static bool pages_ready(uint8_t *start, size_t size)
{
	int saved = errno;
	bool ready;

	if (!sandbox_allows(SYS_madvise, 0, 0, MADV_POPULATE_WRITE, 0))
		return false;
	ready = madvise(start, size, MADV_POPULATE_WRITE) == 0;
	/* Kernels before 5.14 do not know it. */
	if (!ready && errno == EINVAL && sandbox_allows(SYS_rt_sigprocmask, SIG_BLOCK, 0, 0, 0))
		ready = pages_touch(start, size);
	errno = saved;
	return ready;
}

static bool directory_make(const char *parent)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	struct text text = text_into(sink_directory, sizeof(sink_directory));
	uint8_t random[8];
	char name[sizeof(random) + 1] = "";

	if (!parent || getrandom(random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		return false;
	for (size_t i = 0; i < sizeof(random); i++)
		name[i] = letters[random[i] % 32];
	text_add(text_add(text_add(&text, parent), "/gridlock-"), name);
	return mkdir(sink_directory, 0700) == 0;
}

/* Where the recording goes: the named directory, which the launcher has made, or a private one, on a memory file system if possible. */
static bool directory_choose(const char *record)
{
	struct text text = text_into(sink_directory, sizeof(sink_directory));

	if (*record) {
		text_add(&text, record);
		return mkdir(sink_directory, 0700) == 0 || errno == EEXIST;
	}
	sink_private = true;
	return directory_make("/dev/shm") || directory_make(secure_getenv("TMPDIR")) || directory_make("/tmp");
}

static int file_make(int directory)
{
	for (unsigned n = 0; n < 1000; n++) {
		struct text text = text_into(sink_image, sizeof(sink_image));
		int fd;

		text_add_number(text_add(text_add_number(text_add(&text, "image."), (uint64_t)getpid()), "."), n);
		fd = openat(directory, sink_image, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

static void header_fill(size_t size)
{
	struct recording_header *h = sink_header;

	h->version = RECORDING_VERSION;
	h->byte_order = RECORDING_ORDER;
	h->chunk_size = RECORDING_CHUNK;
	h->chunks_max = size / RECORDING_CHUNK;
	h->chunks_claimed = 1;
	h->next_process = h->next_thread = h->next_stack = h->next_module = 1;
	h->next_class = h->next_dependency = h->next_finding = h->next_name = 1;
	h->next_lock = 1;
	/* The magic last: a reader that sees it finds the rest. */
	atomic_thread_fence(memory_order_release);
	memcpy(h->magic, RECORDING_MAGIC, sizeof(h->magic));
}

/* How many chunks the trace may have: the facts, and whoever else writes there, need room too. */
static int32_t trace_share(int fd, size_t size)
{
	uint64_t share = size / RECORDING_CHUNK * 3 / 4;
	struct statfs system;

	if (fstatfs(fd, &system) == 0 && (uint64_t)system.f_bavail * (uint64_t)system.f_bsize / RECORDING_CHUNK / 2 < share)
		share = (uint64_t)system.f_bavail * (uint64_t)system.f_bsize / RECORDING_CHUNK / 2;
	return (int32_t)share;
}

static bool file_map(int fd)
{
	size_t size = file_size();
	uint8_t *mapping;

	if (size == 0 || ftruncate(fd, size) != 0)
		return false;
	mapping = mmap(NULL, WINDOW_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (mapping == MAP_FAILED)
		return false;
	if (!pages_ready(mapping, (size_t)CHUNKS_READY * RECORDING_CHUNK)) {
		real.syscall(SYS_munmap, mapping, WINDOW_SIZE);
		return false;
	}
	windows[0] = mapping;
	sink_header = (struct recording_header *)mapping;
	if (settings.witness)
		sink_header->trace_chunks = trace_share(fd, size);
	header_fill(size);
	return true;
}

bool sink_open(const char *record)
{
	int directory, fd;

	if (!directory_choose(record))
		return false;
	directory = open(sink_directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return false;
	fd = file_make(directory);
	close(directory);
	if (fd < 0)
		return false;
	file_made = true;
	/* An empty file tells the command that a process was here and found no room. */
	if (!file_map(fd))
		(void)!ftruncate(fd, 0);
	close(fd);
	return sink_header != NULL;
}

static const char *path_of(const char *name, uint64_t number)
{
	static char path[sizeof(sink_directory) + 64];
	struct text text = text_into(path, sizeof(path));

	text_add(text_add(text_add(&text, sink_directory), "/"), name);
	if (number)
		text_add_number(&text, number);
	return path;
}

bool sink_abandon(const char *why)
{
	sink_incomplete(why);
	if (!sink_private)
		/* A folder needs no descriptor, and next to no room. */
		return file_made || mkdir(path_of(RECORDING_UNWATCHED, (uint64_t)getpid()), 0700) == 0;
	if (file_made)
		unlink(path_of(sink_image, 0));
	rmdir(sink_directory);
	return false;
}

/* ---- chunks ---- */

static struct recording_chunk *chunk_at(uint32_t index)
{
	return (struct recording_chunk *)(windows[index / WINDOW] + (size_t)(index % WINDOW) * RECORDING_CHUNK);
}

/* Maps one more window. No descriptor is open: the last chunk of the nearest window before it is mapped a second time, and longer than it is
 * (mremap with an old size of 0), and the front goes again. */
static bool window_map(uint32_t wanted)
{
	uint32_t near = wanted;
	int saved = errno;
	uint8_t *mapping;
	size_t front;

	if (!sandbox_allows(SYS_mremap, 0, 0, 0, MREMAP_MAYMOVE) || !sandbox_allows(SYS_munmap, 0, 0, 0, 0))
		return false;
	while (!windows[--near])
		;
	front = (wanted - near - 1) * WINDOW_SIZE + RECORDING_CHUNK;
	mapping = mremap(windows[near] + WINDOW_SIZE - RECORDING_CHUNK, 0, front + WINDOW_SIZE, MREMAP_MAYMOVE);
	if (mapping != MAP_FAILED) {
		windows[wanted] = mapping + front;
		real.syscall(SYS_munmap, mapping, front);
	}
	errno = saved;
	return mapping != MAP_FAILED;
}

/* A chunk of its own for this process, with its first *ready bytes ready to be written; 0: no room. The image's first chunks are ready as a
 * whole, so that most processes make no system call after their start; later ones page by page, for many children fork, do little and exec. */
static uint32_t chunk_claim(enum chunk_kind kind, uint32_t *ready)
{
	struct recording_chunk *chunk;
	uint32_t index;

	if (full_process == process->serial)
		return 0;
	index = atomic_fetch_add_explicit(&sink_header->chunks_claimed, 1, memory_order_relaxed);
	full_process = process->serial;
	if (index >= sink_header->chunks_max) {
		atomic_store_explicit(&sink_header->chunks_claimed, sink_header->chunks_max, memory_order_relaxed);
		return 0;
	}
	if (!windows[index / WINDOW] && !window_map(index / WINDOW))
		return 0;
	chunk = chunk_at(index);
	*ready = index < CHUNKS_READY ? RECORDING_CHUNK : 2 * SLOT_SIZE;
	if (index >= CHUNKS_READY && !pages_ready((uint8_t *)chunk, *ready))
		return 0;
	full_process = 0;
	chunk->process = process->serial;
	atomic_store_explicit(&chunk->kind, kind, memory_order_release);
	return index;
}

/* Makes the first `end` bytes of a chunk ready, a few pages ahead. */
static bool chunk_grow(struct recording_chunk *chunk, uint32_t *ready, uint32_t end)
{
	uint32_t target = (end + 4 * SLOT_SIZE - 1) & ~(4 * SLOT_SIZE - 1);

	if (end <= *ready)
		return true;
	if (full_process == process->serial || !pages_ready((uint8_t *)chunk + *ready, target - *ready)) {
		full_process = process->serial;
		return false;
	}
	*ready = target;
	return true;
}

struct fact *sink_append(const struct fact *fact)
{
	struct recording_chunk *chunk;
	struct fact *place;
	uint32_t used;

	if (full_process != process->serial && (!process->facts_chunk || chunk_at(process->facts_chunk)->used + fact->size > CHUNK_ROOM))
		process->facts_chunk = chunk_claim(CHUNK_FACTS, &process->facts_ready);
	chunk = process->facts_chunk && full_process != process->serial ? chunk_at(process->facts_chunk) : NULL;
	used = chunk ? atomic_load_explicit(&chunk->used, memory_order_relaxed) : 0;
	if (!chunk || !chunk_grow(chunk, &process->facts_ready, (uint32_t)sizeof(*chunk) + used + fact->size)) {
		sink_limit(LIMIT_LOST_FACTS);
		return NULL;
	}
	place = (struct fact *)((uint8_t *)(chunk + 1) + used);
	memcpy(place, fact, fact->size);
	/* Pairs with the acquire of readers: a fact that is counted is whole. */
	atomic_store_explicit(&chunk->used, used + fact->size, memory_order_release);
	return place;
}

void sink_reserve(void)
{
	if (process->facts_chunk)
		chunk_grow(chunk_at(process->facts_chunk), &process->facts_ready, RECORDING_CHUNK);
}

struct recording_chunk *sink_trace_new(uint32_t *ready)
{
	uint32_t index;

	if (atomic_fetch_sub_explicit(&sink_header->trace_chunks, 1, memory_order_relaxed) <= 0) {
		atomic_store_explicit(&sink_header->trace_chunks, 0, memory_order_relaxed);
		return NULL;
	}
	index = chunk_claim(CHUNK_TRACE, ready);
	return index ? chunk_at(index) : NULL;
}

bool sink_trace_grow(struct recording_chunk *chunk, uint32_t *ready, uint32_t end)
{
	return chunk_grow(chunk, ready, end);
}

struct waker *sink_wakers_new(void)
{
	const uint32_t size = WAKERS_COUNT * (uint32_t)sizeof(struct waker);
	uint32_t ready, index = chunk_claim(CHUNK_WAKERS, &ready);
	struct recording_chunk *chunk = index ? chunk_at(index) : NULL;

	if (!chunk || !chunk_grow(chunk, &ready, (uint32_t)sizeof(*chunk) + size))
		return NULL;
	atomic_store_explicit(&chunk->used, size, memory_order_release);
	return (struct waker *)(chunk + 1);
}

/* ---- slots: numbered from 1 in their chunk, so that each lies on pages of its own ---- */

static struct slot *slot_at(struct recording_chunk *chunk, uint32_t index)
{
	return (struct slot *)((uint8_t *)chunk + (size_t)(index + 1) * SLOT_SIZE);
}

struct slot *sink_slot_new(void)
{
	const uint32_t slots_per_chunk = RECORDING_CHUNK / SLOT_SIZE - 1;
	struct recording_chunk *chunk;
	struct slot *slot = process->free_slots;
	uint32_t used;

	if (slot) {
		process->free_slots = (struct slot *)(uintptr_t)slot->wait_lock;
		memset(slot, 0, sizeof(*slot));
		slot->process = process->serial;
		return slot;
	}
	if (!process->slots_chunk || chunk_at(process->slots_chunk)->used == slots_per_chunk) {
		process->slots_chunk = chunk_claim(CHUNK_SLOTS, &process->slots_ready);
		if (process->slots_chunk && process->slots_count < sizeof(process->slots) / sizeof(process->slots[0]))
			process->slots[process->slots_count++] = process->slots_chunk;
	}
	chunk = process->slots_chunk ? chunk_at(process->slots_chunk) : NULL;
	used = chunk ? atomic_load_explicit(&chunk->used, memory_order_relaxed) : 0;
	if (!chunk || !chunk_grow(chunk, &process->slots_ready, (used + 2) * SLOT_SIZE))
		return NULL;
	slot = slot_at(chunk, used);
	slot->process = process->serial;
	atomic_store_explicit(&chunk->used, used + 1, memory_order_release);
	return slot;
}

/* Free slots are chained through their wait_lock, which nobody reads while state is 0. */
void sink_slot_free(struct slot *slot)
{
	atomic_store_explicit(&slot->state, 0, memory_order_release);
	slot->wait_lock = (uintptr_t)process->free_slots;
	process->free_slots = slot;
}

static bool chunk_has(uint32_t index, const struct slot *slot)
{
	return (uintptr_t)slot - (uintptr_t)chunk_at(index) < RECORDING_CHUNK;
}

struct slot *sink_slot_next(struct slot *slot)
{
	static uint32_t last; /* where the slot before was found */
	uint32_t i = 0;

	if (slot) {
		struct recording_chunk *chunk;
		uint32_t index;

		for (i = last % process->slots_count; !chunk_has(process->slots[i], slot);)
			i = (i + 1) % process->slots_count;
		last = i;
		chunk = chunk_at(process->slots[i]);
		index = ((uintptr_t)slot - (uintptr_t)chunk) / SLOT_SIZE - 1;
		if (index + 1 < chunk->used)
			return slot_at(chunk, index + 1);
		i++;
	}
	return i < process->slots_count ? slot_at(chunk_at(process->slots[i]), 0) : NULL;
}

/* ---- counts ---- */

void sink_limit(enum recording_limit limit)
{
	if (sink_header)
		atomic_fetch_add_explicit(&sink_header->limits[limit], 1, memory_order_relaxed);
}

void sink_total(enum recording_total total)
{
	if (sink_header)
		atomic_fetch_add_explicit(&sink_header->totals[total], 1, memory_order_relaxed);
}

void sink_stat(enum recording_stat stat, uint64_t more)
{
	if (sink_header && more)
		atomic_fetch_add_explicit(&sink_header->stats[stat], more, memory_order_relaxed);
}

void sink_incomplete(const char *why)
{
	uint32_t not_yet = 0;

	if (!sink_header || !atomic_compare_exchange_strong(&sink_header->incomplete, &not_yet, 1))
		return;
	for (size_t i = 0; i + 1 < sizeof(sink_header->why) && why[i]; i++)
		sink_header->why[i] = why[i];
}

/* Gives back what lies between two addresses, as far as it is whole pages. */
static void give_back(const void *from, const void *to)
{
	uintptr_t start = ((uintptr_t)from + 4095) & ~(uintptr_t)4095;

	if (start < (uintptr_t)to)
		madvise((void *)start, (uintptr_t)to - start, MADV_REMOVE);
}

void sink_trim(void)
{
	struct recording_chunk *facts = process->facts_chunk ? chunk_at(process->facts_chunk) : NULL;
	struct recording_chunk *slots = process->slots_chunk ? chunk_at(process->slots_chunk) : NULL;

	if (!sandbox_allows(SYS_madvise, 0, 0, MADV_REMOVE, 0))
		return;
	give_back(sink_header + 1, chunk_at(1));
	if (facts)
		give_back((uint8_t *)(facts + 1) + facts->used, (uint8_t *)facts + RECORDING_CHUNK);
	if (slots)
		give_back(slot_at(slots, slots->used), (uint8_t *)slots + RECORDING_CHUNK);
}
