"""Carriers that take messages over HTTP: the same ports as SMPP, another wire."""
