"""Floor 8: the sandbox from outside: its HTTP surface for people, tests and other languages."""
