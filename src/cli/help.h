/*
 * Everything outpost says about itself, made from the tables of commands,
 * options and settings: --help, the man page, shell completions.
 */
#ifndef OUTPOST_HELP_H
#define OUTPOST_HELP_H

#include <stdio.h>

struct command;

/* For the terminal, 80 columns; command_program: the overview. */
void help_command(const struct command *command, FILE *to);
/* outpost(1) in mdoc(7). */
void help_man(FILE *to);
/* -1: no such shell. */
int help_completion(const char *shell, FILE *to);

#endif
