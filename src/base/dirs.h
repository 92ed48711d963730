/*
 * Where outpost keeps its files (XDG Base Directory Specification 0.8).
 *
 * The folder is $XDG_CONFIG_HOME/outpost, by default ~/.config/outpost, or the
 * one given with --config-dir. dirs_* return a path that lives until the next
 * dirs_set_config(); nothing is created here.
 */
#ifndef OUTPOST_DIRS_H
#define OUTPOST_DIRS_H

/* Overrides the configuration folder; NULL goes back to the standard. */
void dirs_set_config(const char *path);
const char *dirs_config(void);
/* A file below the configuration folder; free with free(). */
char *dirs_config_path(const char *name);
/* Expands a leading "~/" and "~" alone; free with free(). */
char *dirs_expand(const char *path);

#endif
