"""What all tests share."""

# A package of its own, tested where it is installed: see test_plugin.py.
collect_ignore = ["plugin"]
