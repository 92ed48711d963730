#include "widget/term_type.h"

#include <curses.h>
#include <stdlib.h>
#include <term.h>
#include <unistd.h>

#include "base/err.h"

/* newterm takes terminals that cannot place the cursor, and draws a heap of lines there. */
int term_type_check(struct err *err)
{
	const char *name = getenv("TERM"), *move;
	int found = 0;

	if (!name || name[0] == '\0') {
		err_set(err, ERR_USAGE,
			"TERM is not set, so it is not known what this terminal "
			"can do.");
	} else if (setupterm(NULL, STDOUT_FILENO, &found) != OK) {
		err_set(err, ERR_USAGE, "The terminal type \"%s\" is not known on this computer.",
			name);
	} else {
		move = tigetstr("cup");
		found = move && move != (const char *)-1;
		del_curterm(cur_term);
		if (found)
			return 0;
		err_set(err, ERR_USAGE, "A terminal of the type \"%s\" cannot show a full screen.",
			name);
	}
	err_hint(err, "Try TERM=xterm outpost, or use the commands: outpost --help.");
	return -1;
}
