/* folder.c: see folder.h. */
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "graph/recording.h"
#include "memory.h"

static void open_to_users(const char *path)
{
	if (geteuid() == 0)
		chmod(path, 01777);
}

char *folder_private(void)
{
	const char *parents[] = {"/dev/shm", getenv("TMPDIR"), "/tmp"};

	for (size_t i = 0; i < sizeof(parents) / sizeof(parents[0]); i++) {
		char *path;

		if (!parents[i] || parents[i][0] != '/')
			continue;
		path = printed("%s/gridlock-XXXXXX", parents[i]);
		if (mkdtemp(path)) {
			open_to_users(path);
			return path;
		}
		free(path);
	}
	die("no directory for the recording: neither /dev/shm nor $TMPDIR nor /tmp can be written; --record=DIR names one");
}

static bool is_empty(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	bool empty = true;

	if (!folder)
		return false;
	while ((entry = readdir(folder)))
		empty &= strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	closedir(folder);
	return empty;
}

char *folder_named(const char *path)
{
	char *real;

	for (size_t i = 1; path[i]; i++) {
		char *parent = path[i] == '/' ? strndup(path, i) : NULL;

		if (parent)
			mkdir(parent, 0777);
		free(parent);
	}
	if (mkdir(path, 0700) == 0)
		open_to_users(path);
	else if (errno != EEXIST)
		die("--record=%s: %s", path, strerror(errno));
	else if (!is_empty(path))
		die("--record=%s: the directory is not empty; name a new one, or remove what is in it", path);
	real = realpath(path, NULL);
	if (!real || access(real, W_OK) != 0)
		die("--record=%s: %s", path, strerror(errno));
	return real;
}

void folder_remove(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (strncmp(entry->d_name, "image.", 6) == 0)
			unlinkat(dirfd(folder), entry->d_name, 0);
		else if (strncmp(entry->d_name, RECORDING_UNWATCHED, strlen(RECORDING_UNWATCHED)) == 0)
			unlinkat(dirfd(folder), entry->d_name, AT_REMOVEDIR);
	if (folder)
		closedir(folder);
	rmdir(path);
}
