/* collect.c: see collect.h. */
#include "collect.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "progress.h"

/* Appends to a list that grows by doubling. */
static void append(const void ***list, size_t *count, const void *element)
{
	if ((*count & (*count - 1)) == 0)
		*list = resized(*list, *count ? *count * 2 : 1, sizeof(**list));
	(*list)[(*count)++] = element;
}

static void index_add(struct index *index, const struct fact *fact)
{
	append((const void ***)&index->facts, &index->count, fact);
}

static void image_add(struct image *image, const struct fact *fact)
{
	switch (fact->kind) {
	case FACT_PROCESS:
		index_add(&image->processes, fact);
		break;
	case FACT_END:
		index_add(&image->ends, fact);
		break;
	case FACT_MODULE:
		index_add(&image->modules, fact);
		break;
	case FACT_THREAD:
		index_add(&image->threads, fact);
		break;
	case FACT_THREAD_NAME:
		index_add(&image->thread_names, fact);
		break;
	case FACT_STACK:
		index_add(&image->stacks, fact);
		break;
	case FACT_CLASS:
		index_add(&image->classes, fact);
		break;
	case FACT_LOCK:
		append((const void ***)&image->locks, &image->locks_count, fact);
		break;
	case FACT_DEPENDENCY:
		if (fact->flags & DEPENDENCY_CLASS)
			append((const void ***)&image->class_dependencies, &image->class_dependencies_count, fact);
		else
			append((const void ***)&image->dependencies, &image->dependencies_count, fact);
		break;
	case FACT_WITNESS:
		append((const void ***)&image->witnesses, &image->witnesses_count, fact);
		break;
	case FACT_SEGMENT:
		append((const void ***)&image->segments, &image->segments_count, fact);
		break;
	case FACT_GATES:
		index_add(&image->gates, fact);
		break;
	case FACT_BLOCKED:
		append((const void ***)&image->blocked, &image->blocked_count, fact);
		break;
	case FACT_DEADLOCK:
		append((const void ***)&image->deadlocks, &image->deadlocks_count, fact);
		break;
	case FACT_NAME:
		index_add(&image->names, fact);
		break;
	case FACT_ORDER:
		append((const void ***)&image->orders, &image->orders_count, fact);
		break;
	case FACT_FINDING:
		append((const void ***)&image->findings, &image->findings_count, fact);
		break;
	default:
		break;
	}
}

/* ---- sorted lists ---- */

/* What a list is sorted by; facts that agree in it stay in the order of the recording. */
struct order {
	uint64_t (*key)(const struct fact *fact);
};

uint32_t index_number(const struct fact *fact)
{
	/* All of these begin with it. */
	return ((const struct fact_process *)fact)->serial;
}
_Static_assert(offsetof(struct fact_process, serial) == sizeof(struct fact) && offsetof(struct fact_end, serial) == sizeof(struct fact) &&
		       offsetof(struct fact_module, id) == sizeof(struct fact) && offsetof(struct fact_thread, id) == sizeof(struct fact) &&
		       offsetof(struct fact_thread_name, id) == sizeof(struct fact) &&
		       offsetof(struct fact_stack, id) == sizeof(struct fact) && offsetof(struct fact_class, id) == sizeof(struct fact) &&
		       offsetof(struct fact_gates, thread) == sizeof(struct fact) && offsetof(struct fact_name, id) == sizeof(struct fact),
	       "index_number");

static uint64_t key_of_number(const struct fact *fact)
{
	return index_number(fact);
}

static uint64_t key_of_lock(const struct fact *fact)
{
	return ((const struct fact_lock *)fact)->id;
}

static uint64_t key_of_dependency(const struct fact *fact)
{
	return ((const struct fact_dependency *)fact)->process;
}

static uint64_t key_of_witness(const struct fact *fact)
{
	return ((const struct fact_witness *)fact)->dependency;
}

static uint64_t segment_key(uint32_t thread, uint32_t segment)
{
	return (uint64_t)thread << 32 | segment;
}

static uint64_t key_of_segment(const struct fact *fact)
{
	const struct fact_segment *segment = (const struct fact_segment *)fact;

	return segment_key(segment->thread, segment->segment);
}

static int compare(const void *left, const void *right, void *order)
{
	const struct fact *a = *(const struct fact *const *)left, *b = *(const struct fact *const *)right;
	uint64_t a_key = ((const struct order *)order)->key(a), b_key = ((const struct order *)order)->key(b);

	if (a_key != b_key)
		return a_key < b_key ? -1 : 1;
	return a < b ? -1 : a > b;
}

static void sort(void *list, size_t count, uint64_t (*key)(const struct fact *fact))
{
	struct order order = {key};

	if (count)
		qsort_r(list, count, sizeof(void *), compare, &order);
}

static void index_sort(struct index *index)
{
	size_t kept = 0;

	sort(index->facts, index->count, key_of_number);
	for (size_t i = 0; i < index->count; i++) {
		kept -= kept && index_number(index->facts[kept - 1]) == index_number(index->facts[i]);
		index->facts[kept++] = index->facts[i];
	}
	index->count = kept;
}

#define INDEXES 9
static void list_indexes(struct image *image, struct index *indexes[INDEXES])
{
	indexes[0] = &image->processes;
	indexes[1] = &image->ends;
	indexes[2] = &image->modules;
	indexes[3] = &image->threads;
	indexes[4] = &image->thread_names;
	indexes[5] = &image->stacks;
	indexes[6] = &image->classes;
	indexes[7] = &image->gates;
	indexes[8] = &image->names;
}

static void image_sort(struct image *image)
{
	struct index *indexes[INDEXES];

	list_indexes(image, indexes);
	for (size_t i = 0; i < INDEXES; i++)
		index_sort(indexes[i]);
	sort(image->locks, image->locks_count, key_of_lock);
	sort(image->dependencies, image->dependencies_count, key_of_dependency);
	sort(image->class_dependencies, image->class_dependencies_count, key_of_dependency);
	sort(image->witnesses, image->witnesses_count, key_of_witness);
	sort(image->segments, image->segments_count, key_of_segment);
}

/* Place of the first fact whose key is not below `wanted`. */
static size_t place_of(const void *list, size_t count, uint64_t (*key)(const struct fact *fact), uint64_t wanted)
{
	const struct fact *const *facts = list;
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (key(facts[middle]) < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t index_place(const struct index *index, uint64_t number)
{
	size_t at = place_of(index->facts, index->count, key_of_number, number);

	return at < index->count && index_number(index->facts[at]) == number ? at : index->count;
}

const struct fact *index_find(const struct index *index, uint64_t number)
{
	size_t at = index_place(index, number);

	return at < index->count ? index->facts[at] : NULL;
}

const struct fact_lock *image_lock(const struct image *image, uint64_t number)
{
	size_t at = place_of(image->locks, image->locks_count, key_of_lock, number);

	while (at + 1 < image->locks_count && image->locks[at + 1]->id == number)
		at++;
	return at < image->locks_count && image->locks[at]->id == number ? image->locks[at] : NULL;
}

const char *image_name(const struct image *image, uint32_t number)
{
	const struct fact_name *name = number ? (const struct fact_name *)index_find(&image->names, number) : NULL;

	return name ? name->text : NULL;
}

const struct fact_before *image_before(const struct image *image, uint32_t thread, uint32_t segment, uint32_t other, uint32_t other_segment)
{
	uint64_t key = segment_key(thread, segment);
	size_t at = place_of(image->segments, image->segments_count, key_of_segment, key);

	for (; at < image->segments_count && key_of_segment(&image->segments[at]->head) == key; at++)
		for (uint32_t i = 0; i < image->segments[at]->count; i++) {
			const struct fact_before *before = &image->segments[at]->before[i];

			if (before->thread == other && before->segment >= other_segment && before->event <= EVENT_ONCE)
				return before;
		}
	return NULL;
}

size_t image_dependencies_of(const struct image *image, uint32_t process)
{
	return place_of(image->dependencies, image->dependencies_count, key_of_dependency, process);
}

size_t image_class_dependencies_of(const struct image *image, uint32_t process)
{
	return place_of(image->class_dependencies, image->class_dependencies_count, key_of_dependency, process);
}

size_t image_witnesses_of(const struct image *image, uint32_t dependency)
{
	return place_of(image->witnesses, image->witnesses_count, key_of_witness, dependency);
}

/* ---- files ---- */

void run_remark(struct run *run, char *remark)
{
	run->remarks = resized(run->remarks, run->remarks_count + 1, sizeof(*run->remarks));
	run->remarks[run->remarks_count++] = remark;
}

/* Reads `size` bytes from the file's start; returns how many there were. */
static size_t read_bytes(int fd, void *data, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t some = pread(fd, (char *)data + used, size - used, (off_t)used);

		if (some < 0 && errno == EINTR)
			continue;
		if (some <= 0)
			break;
		used += (size_t)some;
	}
	return used;
}

/* As much of the file as its header says is used. Read, not mapped: a fault on a hole of a full memory file system would be SIGBUS. */
static const char *read_used(struct image *image, int fd)
{
	struct recording_header header = {0};
	struct stat file;
	const char *wrong;

	image->size = read_bytes(fd, &header, sizeof(header));
	if (image->size == 0)
		return "it is empty: there was no room for it (a full disk, or a limit on the size of files or of address space)";
	wrong = recording_check(&header, image->size);
	if (wrong)
		return wrong;
	image->size = (size_t)atomic_load(&header.chunks_claimed) * RECORDING_CHUNK;
	if (image->size > (size_t)header.chunks_max * RECORDING_CHUNK || header.chunks_max > 1u << 20)
		return "its header is damaged";
	/* A file that was cut off is shorter than it says. */
	if (fstat(fd, &file) == 0 && (size_t)file.st_size < image->size)
		image->size = (size_t)file.st_size;
	image->data = new_zeroed(1, image->size ? image->size : sizeof(header));
	image->size = read_bytes(fd, image->data, image->size);
	return recording_check(image->data, image->size);
}

/* False, with a remark, when the file cannot be read or is no recording. */
static bool image_load(struct run *run, struct image *image)
{
	int fd = open(image->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	const char *wrong;

	if (fd < 0) {
		run_remark(run, printed("%s cannot be read: %s", image->path, strerror(errno)));
		return false;
	}
	wrong = read_used(image, fd);
	close(fd);
	if (!wrong)
		return true;
	run_remark(run, printed("%s is left out: %s", image->path, wrong));
	free(image->data);
	image->data = NULL;
	return false;
}

static void image_read(struct run *run, struct image *image)
{
	struct recording_cursor cursor;
	const struct fact *fact;
	uint32_t process;

	image->header = image->data;
	recording_start(&cursor, image->data, image->size);
	while ((fact = recording_next(&cursor, &process)))
		image_add(image, fact);
	image_sort(image);
	image->torn = cursor.torn;
	if (cursor.torn)
		run_remark(run, printed("%s is cut off: what lay behind its last whole fact is missing", image->path));
	if (image->header->incomplete)
		run_remark(run, printed("%s is incomplete: gridlock switched itself off: %.*s", image->path,
					(int)sizeof(image->header->why), image->header->why));
}

static int is_image(const struct dirent *entry)
{
	return strncmp(entry->d_name, "image.", 6) == 0;
}

static int is_unwatched(const struct dirent *entry)
{
	return strncmp(entry->d_name, RECORDING_UNWATCHED, strlen(RECORDING_UNWATCHED)) == 0;
}

static void remark_unwatched(struct run *run)
{
	struct dirent **names;
	int count = scandir(run->directory, &names, is_unwatched, versionsort);

	for (int i = 0; i < count; i++) {
		run_remark(
			run,
			printed("process %s was not watched: it could make no recording in %s (no right, no room, or no descriptor left)",
				names[i]->d_name + strlen(RECORDING_UNWATCHED), run->directory));
		free(names[i]);
	}
	if (count >= 0)
		free(names);
}

struct run *collect(const char *directory, char **error)
{
	struct dirent **names;
	int count = scandir(directory, &names, is_image, versionsort);
	struct run *run;

	if (count < 0) {
		*error = printed("%s: %s", directory, strerror(errno));
		return NULL;
	}
	run = new_zeroed(1, sizeof(*run));
	run->directory = copied(directory);
	run->images = new_zeroed((size_t)count, sizeof(*run->images));
	for (int i = 0; i < count; i++) {
		struct image *image = &run->images[run->images_count];

		progress_say("reading process", (size_t)i, (size_t)count);
		image->path = printed("%s/%s", directory, names[i]->d_name);
		free(names[i]);
		if (image_load(run, image)) {
			image_read(run, image);
			run->images_count++;
		} else {
			free(image->path);
			*image = (struct image){0};
		}
	}
	free(names);
	remark_unwatched(run);
	return run;
}

void run_free(struct run *run)
{
	if (!run)
		return;
	for (size_t i = 0; i < run->images_count; i++) {
		struct image *image = &run->images[i];
		struct index *indexes[INDEXES];

		list_indexes(image, indexes);
		for (size_t j = 0; j < INDEXES; j++)
			free(indexes[j]->facts);
		free(image->locks);
		free(image->dependencies);
		free(image->class_dependencies);
		free(image->witnesses);
		free(image->segments);
		free(image->findings);
		free(image->blocked);
		free(image->deadlocks);
		free(image->orders);
		free(image->path);
		free(image->data);
	}
	for (size_t i = 0; i < run->remarks_count; i++)
		free(run->remarks[i]);
	free(run->remarks);
	free(run->images);
	free(run->directory);
	free(run);
}
