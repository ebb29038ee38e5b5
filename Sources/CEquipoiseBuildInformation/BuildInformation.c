// SPDX-License-Identifier: Apache-2.0
#include "CBuildInformation.h"

const char *equipoise_commit(void) { return EQUIPOISE_COMMIT; }
