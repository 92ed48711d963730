#include "port/late.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

static int missing(const struct late_library *lib, struct err *err)
{
	const char *why = dlerror();

	err_set(err, ERR_SYSTEM, "The library %s cannot be loaded: %s.", lib->name,
		why ? why : "no reason was given");
	err_hint(err, "Install it: on Debian, apt install %s", lib->package);
	return -1;
}

static void *open_first(const char *files)
{
	void *handle = NULL;

	while (*files && !handle) {
		char file[100];
		int n = (int)strcspn(files, " ");

		snprintf(file, sizeof file, "%.*s", n, files);
		handle = dlopen(file, RTLD_LAZY | RTLD_LOCAL);
		files += n;
		files += strspn(files, " ");
	}
	return handle;
}

static int load(struct late_library *lib, struct err *err)
{
	void *handle = open_first(lib->file);

	if (!handle)
		return missing(lib, err);
	for (size_t i = 0; i < lib->count; i++) {
		lib->calls[i] = dlsym(handle, lib->functions[i]);
		if (!lib->calls[i]) {
			missing(lib, err);
			dlclose(handle);
			return -1;
		}
	}
	return 0;
}

int late_load(struct late_library *lib, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&lib->lock);
	if (!lib->loaded) {
		rc = load(lib, err);
		lib->loaded = rc == 0;
	}
	pthread_mutex_unlock(&lib->lock);
	return rc;
}
