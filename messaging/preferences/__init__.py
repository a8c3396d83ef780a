"""A person's own page: the signed link in a message, and what it opens."""
