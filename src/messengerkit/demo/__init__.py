"""Floor 9: the demo: a sandbox, a bot, a desk and its panel in one process, to be tried."""
