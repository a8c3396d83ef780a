"""Plain texts of accounts that may not send free ones: which approved wording do they come from?

One index per account and class, built when it is first asked for and kept while the approved
texts stay the same, so that a row of a batch costs a search in memory and no query.
"""

import threading
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from compliance.constants import MessageClass
from config.common.errors import DomainError, InvalidError, NotAllowedError
from messaging.selectors.snapshot import AccountCard, ApprovedText, Snapshot
from messaging.services.drafts import value_sentence
from messaging.wording.matching import Closest, Match, Matcher

_ANY_CLASS: Final = ""
# Today's texts, and those of a preview for another day.
_KEPT: Final = 2


class _Index:
    """Matchers over the texts of one snapshot, which it keeps alive: their identity names it."""

    def __init__(self, texts: Mapping[int, ApprovedText]) -> None:
        self.texts = texts
        self._lock = threading.Lock()
        self._by_account: dict[int, list[ApprovedText]] = defaultdict(list)
        self._matchers: dict[tuple[int, str], Matcher] = {}
        for text in texts.values():
            if text.is_current:
                self._by_account[text.account_id].append(text)

    def classes(self, account_id: int) -> frozenset[str]:
        """The classes of which the account has an approved text."""
        return frozenset(text.message_class for text in self._by_account.get(account_id, ()))

    def matcher(self, account_id: int, message_class: str) -> Matcher:
        """Over the account's texts of a class, or of every class."""
        key = (account_id, message_class)
        with self._lock:  # building one takes longer than waiting for it
            if key not in self._matchers:
                texts = self._by_account.get(account_id, ())
                self._matchers[key] = Matcher(
                    (text.version_id, text.wordings)
                    for text in texts
                    if message_class in (_ANY_CLASS, text.message_class)
                )
            return self._matchers[key]


_indexes: list[_Index] = []


def _index_of(snapshot: Snapshot) -> _Index:
    """By identity: a snapshot with other carriers has the same texts."""
    for index in _indexes:
        if index.texts is snapshot.texts:
            return index
    made = _Index(snapshot.texts)
    _indexes[:] = [made, *_indexes][:_KEPT]
    return made


def text_source(
    snapshot: Snapshot, account: AccountCard, text: str, message_class: str | None
) -> tuple[ApprovedText, str]:
    """The approved text that a plain one comes from, and the text as that renders it.

    A class narrows the search. Raises NotAllowedError where the account has nothing approved to
    compare with, InvalidError `class_differs` where the text is approved for another class, and
    `text_matches_no_template` with `closest`: the nearest template and the first difference.
    """
    index = _index_of(snapshot)
    classes = index.classes(account.id)
    wanted = message_class or _ANY_CLASS
    found = index.matcher(account.id, wanted).match(text)
    if isinstance(found, Match):
        return snapshot.texts[found.key], found.text
    if wanted and classes - {wanted}:
        elsewhere = index.matcher(account.id, _ANY_CLASS).find(text)
        if elsewhere is not None:
            raise _class_differs(snapshot.texts[elsewhere.key])
    if not classes or (wanted and wanted not in classes):
        raise _free_text_refused(wanted)
    raise _no_match(snapshot, found)


def _free_text_refused(message_class: str) -> NotAllowedError:
    """There is no approved template either."""
    if message_class not in MessageClass.values:
        sentence = _("This account may not send free text: use an approved template.")
    else:
        sentence = _(
            "This account may not send free text of class “%(class)s”: use an approved template."
        ) % {"class": message_class}
    return NotAllowedError("free_text_not_allowed", sentence, field="text")


def class_differs(approved: ApprovedText) -> InvalidError:
    """A message is of its template's class."""
    return InvalidError(
        "class_differs",
        _("The template is of class “%(class)s”: leave “class” out or give that one.")
        % {"class": approved.message_class},
        field="class",
    )


def _class_differs(approved: ApprovedText) -> InvalidError:
    return InvalidError(
        "class_differs",
        _("The text is approved as “%(template)s”, of class “%(class)s”: give that class.")
        % {"template": approved.slug, "class": approved.message_class},
        field="class",
    )


def _no_match(snapshot: Snapshot, found: Closest | None) -> DomainError:
    if found is None:
        return InvalidError(
            "text_matches_no_template",
            _(
                "The text comes from none of the account's approved templates, and this account"
                " may not send free text: send an approved template."
            ),
            field="text",
        )
    slug, difference = snapshot.texts[found.key].slug, found.difference
    return InvalidError(
        "text_matches_no_template",
        _(
            "The text comes from no approved template. The closest is “%(template)s”:"
            " %(difference)s Write it so, or have this text approved."
        )
        % {"template": slug, "difference": _sentence(found)},
        field="text",
        closest={
            "template": slug,
            "language": found.wording.language,
            "position": difference.position,
            "expected": difference.expected,
            "found": difference.found,
        },
    )


def _sentence(found: Closest) -> str:
    """The first difference; characters count from 1."""
    difference = found.difference
    values = {
        "position": difference.position + 1,
        "expected": difference.expected,
        "found": difference.found,
    }
    if difference.problem is not None:
        return value_sentence(difference.problem)
    if not difference.expected:
        return _("it ends before character %(position)d, where “%(found)s” stands.") % values
    if not difference.found:
        return (
            _("the text ends at character %(position)d, where “%(expected)s” has to be.") % values
        )
    return (
        _("at character %(position)d “%(expected)s” has to be, and “%(found)s” stands there.")
        % values
    )
