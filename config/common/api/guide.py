"""The guide for integrators as a page: docs/getting-started.md, drawn without any library.

Of Markdown only what the guide uses: headings, paragraphs, blocks of code, code, emphasis, links.
"""

import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'"
_FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```\n?", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|\*([^*]+)\*")
_HEADING = re.compile(r"(#{1,3}) (.+)")
_LANGUAGES = {"sh": "curl", "python": "Python", "javascript": "JavaScript"}


def getting_started(request: HttpRequest) -> HttpResponse:
    """`/api/docs/getting-started/`"""
    path = Path(settings.BASE_DIR) / "docs" / "getting-started.md"
    if not path.is_file():  # an installation without its documents
        raise Http404
    text = path.read_text(encoding="utf-8")
    response = render(request, "api/guide.html", {"title": _title(text), "body": drawn(text)})
    response["Content-Security-Policy"] = _POLICY
    return response


@lru_cache(maxsize=4)
def drawn(text: str) -> SafeString:
    """The text as HTML; everything in it is escaped."""
    parts: list[str] = []
    position = 0
    for fence in _FENCE.finditer(text):
        parts += _paragraphs(text[position : fence.start()])
        language = _LANGUAGES.get(fence[1], "")
        head = f"<figcaption>{language}</figcaption>" if language else ""
        parts.append(f"<figure>{head}<pre><code>{escape(fence[2])}</code></pre></figure>")
        position = fence.end()
    parts += _paragraphs(text[position:])
    return mark_safe("\n".join(parts))  # noqa: S308  made of escaped parts


def _paragraphs(text: str) -> list[str]:
    return [_paragraph(one) for one in re.split(r"\n\s*\n", text) if one.strip()]


def _paragraph(text: str) -> str:
    text = text.strip("\n")
    if text.startswith("    "):
        lines = "\n".join(line[4:] for line in text.split("\n"))
        return f"<pre><code>{escape(lines)}</code></pre>"
    heading = _HEADING.fullmatch(text)
    if heading:
        level = len(heading[1])
        return f'<h{level} id="{_anchor(heading[2])}">{_inline(heading[2])}</h{level}>'
    return f"<p>{_inline(text)}</p>"


def _inline(text: str) -> str:
    parts: list[str] = []
    position = 0
    for found in _INLINE.finditer(text):
        parts.append(escape(text[position : found.start()]))
        code, label, target, emphasis = found.groups()
        if code:
            parts.append(f"<code>{escape(code)}</code>")
        elif label:
            parts.append(f'<a href="{escape(_address(target))}">{escape(label)}</a>')
        else:
            parts.append(f"<em>{escape(emphasis)}</em>")
        position = found.end()
    return "".join([*parts, escape(text[position:])])


def _address(target: str) -> str:
    """Other guides are in the repository; the reference is the page above."""
    return target if target.startswith(("https://", "#")) else "../"


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _title(text: str) -> str:
    return text.partition("\n")[0].lstrip("# ")
