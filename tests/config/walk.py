"""Walks the console: every address of it, and what a person may reach there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True, slots=True)
class Page:
    """A named address of the console, and the arguments it takes."""

    name: str
    arguments: int


def console_pages() -> list[Page]:
    """Every address below /admin/ that the resolver knows."""
    resolver = next(
        one
        for one in get_resolver().url_patterns
        if isinstance(one, URLResolver) and one.namespace == "admin"
    )
    return list(_walk(resolver.url_patterns, 0))


def _walk(patterns: list[Any], arguments: int) -> Iterator[Page]:
    for one in patterns:
        own = arguments + one.pattern.regex.groups
        if isinstance(one, URLPattern):
            yield Page(one.name or str(one.pattern), own)
        else:
            yield from _walk(one.url_patterns, own)


def registered() -> dict[type[Model], Any]:
    """Every model with pages, and its ModelAdmin."""
    admin.autodiscover()
    return dict(admin.site._registry)


def page_name(model: type[Model], kind: str) -> str:
    """The name of a page: compliance_account_changelist."""
    return f"{model._meta.app_label}_{model._meta.model_name}_{kind}"
