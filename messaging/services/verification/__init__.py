"""Verifications: start, send again, check, cancel, expire; the shield against SMS pumping."""
