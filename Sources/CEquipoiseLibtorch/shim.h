// SPDX-License-Identifier: Apache-2.0
/* libtorch is used from C++ only; this module carries its compiler and linker flags. */
