"""The shape of a problem."""

from carriers.http.options import Problem

__all__ = ["Problem"]
