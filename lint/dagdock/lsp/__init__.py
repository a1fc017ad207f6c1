"""The language server: what the engine finds, in an editor. It translates, and decides nothing."""

from __future__ import annotations

import argparse
import os
import sys


def lsp_command(arguments: argparse.Namespace) -> int:
    """`dagdock lsp`: serve one editor on standard input and output. Gives the exit status."""
    try:
        from dagdock.lsp.server import create
    except ModuleNotFoundError as problem:
        if problem.name and problem.name.partition(".")[0] not in ("pygls", "lsprotocol", "cattrs", "attrs", "attr"):
            raise
        print("dagdock: the language server needs pygls; install `dagdock[lsp]`", file=sys.stderr)
        return 2
    # What anybody prints must not come between the messages: only the server has the real standard output.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as output:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        server = create()
        server.start_io(stdout=output)
    return 0 if server.ended_well else 1
