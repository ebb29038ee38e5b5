# SPDX-License-Identifier: Apache-2.0
"""`python -m equipoise` is the command `equipoise`."""

from equipoise._launcher import main

main()
