"""Events of other platforms: their sources, what is sent for them, and what became of each."""
