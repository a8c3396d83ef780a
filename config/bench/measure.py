"""The process that measures: it makes the world, runs the figures and prints their lines."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from django.conf import settings

from config.bench.accept import Acceptance
from config.bench.audience import Audience, audience_make
from config.bench.decisions import decisions
from config.bench.encoder import encoder
from config.bench.figures import Figure, json_line
from config.bench.growth import growth
from config.bench.latency import Latency
from config.bench.machine import machine_facts
from config.bench.options import PROCESSOR_FIGURES, Options
from config.bench.rig import pids, tell
from config.bench.routing import routing
from config.bench.throughput import throughput, webhooks
from config.bench.world import World, world_make
from config.common import env

_MEASURES: Mapping[str, Callable[[], Iterator[Figure]]] = {
    "decisions": decisions,
    "encoder": encoder,
    "routing": routing,
}


def measure_processor(figures: Iterable[str], write: Callable[[str], object]) -> None:
    """Prints the lines of figures that need nothing but a processor; knows no others."""
    machine = machine_facts(has_database=False)
    for name in PROCESSOR_FIGURES:
        if name not in figures:
            continue
        before = os.getloadavg()
        for figure in _MEASURES[name]():
            load = {"before": before, "after": os.getloadavg()}
            write(json_line(figure, machine=machine, load=load))


def measure(options: Options, write: Callable[[str], object]) -> bool:
    """Prints one line per figure; whether all of them are sound."""
    world = world_make(options.sink, env.required("BENCH_RECEIVER"))
    tell(f"bound to {world.bind.host}:{world.bind.port}; making {options.count} contacts")
    audience = audience_make(world, options.count if options.figures != {"growth"} else 1)
    machine = machine_facts()
    is_sound = True
    for act in _acts(options, world, audience):
        before = os.getloadavg()
        figure = act()
        load = {"before": before, "after": os.getloadavg()}
        write(json_line(figure, machine=machine, load=load))
        is_sound = is_sound and figure.is_sound
    return is_sound


def _acts(options: Options, world: World, audience: Audience) -> Iterator[Callable[[], Figure]]:
    """Quiet ones first: a campaign leaves webhooks to deliver."""
    latency = Latency(world) if "latency" in options.figures else None
    if latency is not None:
        yield latency.idle
    roots = pids(Path(settings.VAR_DIR)) | {"bench": os.getpid()}
    if "accept" in options.figures:
        acceptance = Acceptance(world, roots)
        yield acceptance.steady
        yield acceptance.single
        yield lambda: acceptance.batch(audience_make(world, options.count))
    if "throughput" in options.figures:
        yield lambda: throughput(world, audience, roots, own_sink=options.sink is None)
    if latency is not None:
        # People who have had no advertisement yet: some countries allow only so many.
        yield lambda: latency.paced(audience_make(world, options.count))
        yield lambda: latency.loaded(audience_make(world, options.count))
    if "growth" in options.figures:
        yield from growth(options, world, roots)
    if "webhooks" in options.figures:  # last: what follows would have the endpoint too
        crowd = audience_make(world, options.count)
        yield lambda: webhooks(world, crowd, roots, own_sink=options.sink is None)
