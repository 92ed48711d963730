/*
 * Where outpost keeps its files (XDG Base Directory Specification 0.8).
 *
 * The folder is $XDG_CONFIG_HOME/outpost, by default ~/.config/outpost, or the
 * one given with --config-dir. What the program notes for itself lies in $XDG_STATE_HOME/outpost,
 * by default ~/.local/state/outpost, and in the folder state of one that was given.
 * dirs_* return a path that lives until the next dirs_set_config(); nothing is created here.
 * Any thread may ask; set_config is called while there is one.
 */
#ifndef OUTPOST_DIRS_H
#define OUTPOST_DIRS_H

/* Overrides the configuration folder; NULL goes back to the standard. */
void dirs_set_config(const char *path);
const char *dirs_config(void);
/* A file below the configuration folder; free with free(). */
char *dirs_config_path(const char *name);
/* Another program's, "systemd/user": below $XDG_CONFIG_HOME whatever ours is; free with free(). */
char *dirs_other_config_path(const char *name);
const char *dirs_state(void);
/* A file below the state folder; free with free(). */
char *dirs_state_path(const char *name);
/* Expands a leading "~/" and "~" alone; free with free(). */
char *dirs_expand(const char *path);

#endif
