"""Files of numbers that must not be written to: an account's list, or networks' refusals."""

from compliance.services.suppression_imports.intake import (
    ImportValues,
    suppression_import_discard,
    suppression_import_preview,
    suppression_import_start,
    suppression_import_upload,
)
from compliance.services.suppression_imports.running import (
    FAILURES,
    suppression_import_run,
    suppression_imports_resume,
)
from compliance.services.suppression_imports.undoing import suppression_import_undo

__all__ = [
    "FAILURES",
    "ImportValues",
    "suppression_import_discard",
    "suppression_import_preview",
    "suppression_import_run",
    "suppression_import_start",
    "suppression_import_undo",
    "suppression_import_upload",
    "suppression_imports_resume",
]
