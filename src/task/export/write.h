/*
 * What writing and taking back share.
 */
#ifndef OUTPOST_EXPORT_WRITE_H
#define OUTPOST_EXPORT_WRITE_H

#define EXPORT_BEFORE ".before-outpost"	/* behind a path: the version before ours */

#endif
