"""The pipeline with real servers, workers, sessions and SIGKILL."""

import pytest

pytest.register_assert_rewrite("tests.acceptance.scene", "tests.acceptance.running")
