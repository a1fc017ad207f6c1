"""Rules that need two files to know."""
