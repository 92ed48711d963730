/*
 * Time that only goes forward, for deadlines and for "time per step".
 * Milliseconds since some fixed moment (CLOCK_MONOTONIC). A deadline is such a
 * moment; CLOCK_NEVER is no deadline.
 */
#ifndef OUTPOST_CLOCK_H
#define OUTPOST_CLOCK_H

#define CLOCK_NEVER (-1LL)

long long clock_ms(void);
/* Microseconds of the same clock, for a transcript. */
long long clock_us(void);
/* The moment ms from now. */
long long clock_after(long ms);
/* For poll(2): milliseconds left, 0 when it has passed, -1 for CLOCK_NEVER. */
int clock_left(long long deadline);

#endif
