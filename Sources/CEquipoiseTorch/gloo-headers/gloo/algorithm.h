// SPDX-License-Identifier: Apache-2.0
// Gloo lies inside libtorch, which comes without its headers. c10d includes this one and uses nothing of it.
#pragma once
