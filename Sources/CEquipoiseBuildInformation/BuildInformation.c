#include "CBuildInformation.h"

const char *equipoise_commit(void) { return EQUIPOISE_COMMIT; }
