// SPDX-License-Identifier: Apache-2.0
// How threads of one operation wait for one another: settings that OpenMP runtimes read from the
// environment. GNU's reads them as it is loaded, before `main`, and has no call that changes them later.
#ifndef EQUIPOISE_CSPINNING_H
#define EQUIPOISE_CSPINNING_H

#ifdef __cplusplus
extern "C" {
#endif

/// GNU's OpenMP: rounds of its loop, after which a waiting thread sleeps.
#define EQUIPOISE_GOMP_SPINCOUNT "1000"
/// LLVM's and Intel's OpenMP: milliseconds of the same.
#define EQUIPOISE_KMP_BLOCKTIME "1"
/// Says that the two were set here. A value that the user gives keeps this file from setting anything.
#define EQUIPOISE_SPINNING "bounded"

/// Sees to it that this program runs with bounded spinning, unless its user decided otherwise
/// (GOMP_SPINCOUNT, KMP_BLOCKTIME, OMP_WAIT_POLICY, KMP_LIBRARY, EQUIPOISE_SPINNING). On Linux the program
/// is started again for that: the same process with the same arguments, open files and signals. Returns
/// where there is nothing to do or nothing can be done.
///
/// Uses nothing that the C library sets up in constructors, so that it may run before them.
void equipoise_bound_spinning(char *const *arguments, char *const *environment);

#ifdef __cplusplus
}
#endif

#endif
