# SPDX-License-Identifier: Apache-2.0
"""How the set-up scripts speak to the user."""

import sys


def say(message):
    print(message, flush=True)


def fail(message):
    """Ends the program with `message` on standard error."""
    sys.exit("error: " + message)
