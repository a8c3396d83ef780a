"""Octets that no SMSC should send, and some do, against everything that reads octets."""
