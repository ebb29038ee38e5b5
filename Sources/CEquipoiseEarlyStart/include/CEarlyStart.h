// SPDX-License-Identifier: Apache-2.0
// A target for executables only: linking it is all it takes to run with bounded spinning (CSpinning.h).
