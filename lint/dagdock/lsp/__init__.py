"""The language server: what the engine finds, in an editor. It translates, and decides nothing."""
