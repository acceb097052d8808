"""Floor 8: what backends are told, and how it is brought to them."""
