"""Floor 8: what is true in the sandbox now: pages, apps, people, conversations, media."""
