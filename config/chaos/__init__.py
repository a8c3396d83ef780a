"""Faults for real: a throw-away platform, scenarios that hurt it, and the judge of what came."""
