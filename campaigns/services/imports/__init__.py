"""Imports of contacts: a file is uploaded, its columns are mapped, a worker runs it."""

from campaigns.services.imports.lifecycle import (
    ConsentOptions,
    ImportOptions,
    import_bad_lines_note,
    import_cancel,
    import_retry,
    import_start,
    imports_resume,
)
from campaigns.services.imports.running import import_run
from campaigns.services.imports.submissions import Submission, import_submit, mapping_of
from campaigns.services.imports.uploads import import_reread, import_upload

__all__ = [
    "ConsentOptions",
    "ImportOptions",
    "Submission",
    "import_bad_lines_note",
    "import_cancel",
    "import_reread",
    "import_retry",
    "import_run",
    "import_start",
    "import_submit",
    "import_upload",
    "imports_resume",
    "mapping_of",
]
