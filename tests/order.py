"""How a parallel run shares out the files, so that no process is idle at its end.

Platforms of real processes wait more than they compute and keep time: they begin at once, and
go on one at a time beside everything else, as long as there is something else. One process has
them all until then: what they are copied from is made once.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

PLATFORMS = ("tests/faults/", "tests/acceptance/")
# The longest first: what is begun last should be short.
FIRST = (
    "tests/acceptance/test_brownouts.py",
    "tests/acceptance/test_kills.py",
    "tests/acceptance/test_sending.py",
    *PLATFORMS,
    "tests/config/test_admin_isolation.py",
    "tests/browser/",
    "tests/config/test_console.py",
    "tests/config/",
)


class OnePlatformAtATime(LoadFileScheduling):  # type: ignore[misc]
    """Like --dist=loadfile, but chooses which file a process gets next."""

    def _assign_work_unit(self, node: Any) -> None:
        self.workqueue.move_to_end(self._next_for(node), last=False)
        super()._assign_work_unit(node)

    def _next_for(self, node: Any) -> str:
        taken = any(self._has_platforms(one) for one in self.nodes if one is not node)
        wanted = (path for path in self.workqueue if path.startswith(PLATFORMS) is not taken)
        return str(next(wanted, next(iter(self.workqueue))))

    def _has_platforms(self, node: Any) -> bool:
        """Whether tests of platforms are or were under way there."""
        return any(path.startswith(PLATFORMS) for path in self.assigned_work[node])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """File by file; within a file as it was drawn, but last what others should not wait for."""
    files = {path: place for place, path in enumerate(dict.fromkeys(_file(one) for one in items))}

    def place(item: pytest.Item) -> tuple[int, int, bool]:
        path = _file(item)
        return _rank(path), files[path], item.get_closest_marker("last") is not None

    items.sort(key=place)


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Files go out in the order of the collection, and not of how many tests they hold."""
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return OnePlatformAtATime(config, log)


def _file(item: pytest.Item) -> str:
    return item.nodeid.split("::", 1)[0]


def _rank(path: str) -> int:
    return next((rank for rank, one in enumerate(FIRST) if path.startswith(one)), len(FIRST))
