/* Taking messages: DATA (RFC 5321 section 4.1.1.4) and BDAT (RFC 3030). */
#ifndef OUTPOST_SANDBOX_DATA_H
#define OUTPOST_SANDBOX_DATA_H

struct sandbox_session;

void sandbox_data_run(struct sandbox_session *s, const char *args);
void sandbox_bdat_run(struct sandbox_session *s, const char *args);

#endif
