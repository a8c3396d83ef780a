"""A simulated SMSC: the sandbox carrier, the demo's operators and the tests' other end.

Nothing here needs Django except `client`, which the admin and the commands call.
"""
