"""The guided test of a bind: finds out how an SMSC wants to be spoken to."""
