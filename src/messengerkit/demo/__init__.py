"""Floor 9: the demo: a sandbox, a small bot and a backend, and the whole flow played once."""
