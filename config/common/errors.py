"""The one hierarchy of errors that services raise and every door translates.

`code` is stable and machine-readable, `message` a translated sentence that names the
field, the rule and the fix; `field` says which input is meant.
"""

from django.utils.functional import Promise


class DomainError(Exception):
    """A request that cannot be honoured, with a reason a person can act on."""

    status = 400

    def __init__(
        self, code: str, message: str | Promise, *, field: str = "", **context: object
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.context = context

    def __str__(self) -> str:
        return str(self.message)


class InvalidError(DomainError):
    """An input breaks a rule of its field."""

    status = 422


class NotAllowedError(DomainError):
    """The caller, or the object in its present state, may not do this."""

    status = 403


class NotFoundError(DomainError):
    """There is no such thing for this caller."""

    status = 404


class ConflictError(DomainError):
    """Somebody else was first, or the state has moved on."""

    status = 409


class UnavailableError(DomainError):
    """A component that is needed does not answer now; trying again may help."""

    status = 503
