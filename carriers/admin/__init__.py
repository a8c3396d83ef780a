"""Pages about carriers, their binds, and what happens to the sessions."""

from carriers.admin import binds, carriers, events, probes, traces, words

__all__ = ["binds", "carriers", "events", "probes", "traces", "words"]
