// SPDX-License-Identifier: Apache-2.0
// What the package manager knew when it built the program.
#ifndef EQUIPOISE_CBUILDINFORMATION_H
#define EQUIPOISE_CBUILDINFORMATION_H

/// The commit of the sources, with "+" where they had uncommitted changes; "" when unknown.
const char *equipoise_commit(void);

#endif
