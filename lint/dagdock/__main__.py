"""`python -m dagdock` is the command `dagdock`."""

import sys

from dagdock.cli import main

sys.exit(main())
