"""Why a message cannot leave over a bind, found before anything is written."""

from carriers.smpp.statuses import StatusClass


class ComposeError(ValueError):
    """The bind's options do not let the message through; `status_class` says what to do about
    it, as if the SMSC itself had refused."""

    def __init__(
        self, message: str, status_class: StatusClass = StatusClass.PERMANENT_ROUTE
    ) -> None:
        super().__init__(message)
        self.status_class = status_class
