"""Pages about carriers, their binds, and what happens to the sessions."""

from carriers.admin import binds, carriers, events

__all__ = ["binds", "carriers", "events"]
