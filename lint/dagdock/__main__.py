"""`python -m dagdock` is the command `dagdock`."""

import os
import sys

# `python -m` looks for modules in the working folder first: a `yaml.py` of the repository there would be run.
if not getattr(sys.flags, "safe_path", False) and os.path.abspath(sys.path[0]) == os.getcwd():
    del sys.path[0]

from dagdock.cli import main

sys.exit(main())
