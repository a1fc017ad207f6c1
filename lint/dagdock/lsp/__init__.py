"""The language server: what the engine finds, in an editor. It translates, and decides nothing."""

from __future__ import annotations

import argparse
import os
import sys


def lsp_command(arguments: argparse.Namespace) -> int:
    """`dagdock lsp`: serve one editor on standard input and output. Gives the exit status."""
    try:
        from dagdock.lsp.features import create
        from dagdock.lsp.protocol import log_to_stderr
    except ModuleNotFoundError as problem:
        if not problem.name or problem.name.partition(".")[0] not in ("attr", "attrs", "cattrs", "lsprotocol", "pygls"):
            raise
        print("dagdock: the language server needs pygls; install `dagdock[lsp]`", file=sys.stderr)
        return 2
    import signal

    # The thread that reads standard input cannot be woken up: a signal ends the process at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # A message is read in several steps, and each waits for the thread that judges to give way.
    sys.setswitchinterval(0.001)
    log_to_stderr()
    # What anybody prints must not come between the messages: only the server has the real standard output.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as output:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        server = create()
        server.start_io(stdout=output)
    return 0 if server.protocol.was_shut_down else 1
