"""Floor 8: the Graph API as a function of calls and of the world: no socket, no waiting."""
