"""The worker step that gives a Celery worker its carrier sessions.

A worker step, not a consumer step: those restart with every broker reconnect, and a lost broker
must not unbind us. The keeper is imported at start, when Django's models are ready.
"""

from importlib import import_module
from typing import Any

from celery import bootsteps
from celery.exceptions import ImproperlyConfigured

QUEUE = "carriers"


class CarrierStep(bootsteps.StartStopStep):
    """Starts the keeper and the tracer in workers that serve the `carriers` queue."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **options: Any) -> None:
        self.keeper: Any = None
        self.tracer: Any = None
        super().__init__(worker, **options)

    def include_if(self, worker: Any) -> bool:
        if QUEUE not in worker.app.amqp.queues.consume_from:
            return False
        if "thread" not in worker.pool_cls.__module__:
            raise ImproperlyConfigured(
                "carrier workers need --pool=threads: a forked socket has two writers"
            )
        return True

    def start(self, worker: Any) -> None:
        self.keeper = import_module("carriers.keeper").Keeper(worker.hostname)
        self.keeper.start()
        self.tracer = import_module("carriers.tracer").Tracer()
        self.tracer.start()

    def stop(self, worker: Any) -> None:
        # May run inside a signal handler: ask and wait, the thread does the rest.
        if self.keeper is not None:
            self.keeper.stop()
            self.keeper.join(60)
        if self.tracer is not None:
            self.tracer.stop()
            self.tracer.join(5)

    def terminate(self, worker: Any) -> None:
        self.stop(worker)

    def info(self, worker: Any) -> dict[str, Any]:  # type: ignore[override]  # stubs say None
        return {"binds": self.keeper.info() if self.keeper else {}}
