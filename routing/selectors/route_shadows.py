"""Which routes take traffic away from which, because they fit a number more closely."""

from collections.abc import Iterable, Mapping

from routing.models import Route


def shadows(routes: Iterable[Route]) -> Mapping[int, tuple[str, ...]]:
    """By route the names of those that take a part of its traffic first, closest first."""
    active = [route for route in routes if route.is_active]
    ordered = sorted(active, key=specificity, reverse=True)
    return {
        route.pk: tuple(
            other.name
            for other in ordered
            if specificity(other) > specificity(route) and _overlap(other, route)
        )
        for route in active
    }


def specificity(route: Route) -> tuple[int, bool, bool]:
    """As the engine compares: the length of the prefix, then network, then country."""
    return len(route.prefix), route.network_id is not None, bool(route.country)


def _overlap(closer: Route, wider: Route) -> bool:
    """Whether some message fits both."""
    return (
        _agree(closer.country, wider.country)
        and _agree(closer.network_id, wider.network_id)
        and _agree(closer.account_id, wider.account_id)
        and (closer.prefix.startswith(wider.prefix) or wider.prefix.startswith(closer.prefix))
        and _meet(closer.message_classes, wider.message_classes)
        and _meet(closer.sender_kinds, wider.sender_kinds)
    )


def _agree(one: object, other: object) -> bool:
    return not one or not other or one == other


def _meet(some: list[str], others: list[str]) -> bool:
    """Empty lists mean all."""
    return not some or not others or bool(set(some) & set(others))
