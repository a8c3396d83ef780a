import pytest

from carriers.http import news, paths
from carriers.smpp.receipts import ReceiptRules

MAP = {"items": "results", "id": "messageId", "status": "status.groupName", "error": "error.id",
       "to": "to", "reference": "callbackData"}  # fmt: skip
RULES = ReceiptRules(words={"REACHED": "delivered"}, finals={"accepted": "delivered"})


def one(**values):
    return {"messageId": "m1", "status": {"groupName": "DELIVERED"}, "to": "+8491", **values}


def test_receipts_by_path():
    found = news.receipts({"results": [one(error={"id": 5}, callbackData="r1")]}, MAP, RULES)
    assert found == [
        news.HttpReceipt("m1", "delivered", True, "DELIVERED", False, "5", "8491", "r1")
    ]


@pytest.mark.parametrize(
    ("word", "state", "is_strange"),
    [
        ("Reached", "delivered", False),
        ("sent", "delivered", False),  # by finals: this carrier says no more than that
        ("EXPIRED", "expired", False),
        ("queued", "enroute", False),
        ("zonk", "unknown", True),
    ],
)
def test_words_of_the_bind_come_first(word, state, is_strange):
    (found,) = news.receipts({"results": one(status={"groupName": word})}, MAP, RULES)
    assert (found.state, found.is_strange) == (state, is_strange)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"results": "x"},
        {"results": [1]},
        {"results": [one(messageId=None)]},
        {"results": [one(status={})]},
        {"results": [one()] * 1001},
        [],
        "text",
    ],
)
def test_what_is_no_receipt_is_refused_with_a_reason(document):
    with pytest.raises(news.UnreadableError):
        news.receipts(document, MAP, RULES)


def test_bodies_are_json_forms_or_a_query():
    assert news.document("application/json", b'{"a":1}', "") == {"a": 1}
    assert news.document("text/plain", b' {"a":1}', "") == {"a": 1}
    assert news.document("application/x-www-form-urlencoded", b"a=1&b=", "") == {"a": "1", "b": ""}
    assert news.document("", b"", "a=%C3%A9") == {"a": "é"}
    for body in (b"{", b"\xff\xfe"):
        with pytest.raises(news.UnreadableError):
            news.document("", body, "")


def test_replies_and_their_parts():
    mapping = {"from": "msisdn", "to": "code", "text": "body", "reference": "r", "total": "n",
               "number": "i"}  # fmt: skip
    whole = {"msisdn": 84912, "code": "53849", "body": "STOP"}
    assert news.replies(whole, mapping) == [news.HttpReply("84912", "53849", "STOP", None, 1, 1)]
    named = news.replies(whole | {"mo": {"id": 71}}, mapping | {"id": "mo.id"})
    assert named[0].message_id == "71"
    part = whole | {"r": "7", "n": "2", "i": "2"}
    assert news.replies(part, mapping)[0].reference == 7
    assert news.replies(part | {"i": "3"}, mapping)[0].reference is None
    with pytest.raises(news.UnreadableError):
        news.replies({"code": "1"}, mapping)


def test_paths():
    document = {"a": [{"b": {"c": False}}], "n": 0}
    assert paths.text(document, "a[0].b.c") == "false"
    assert paths.text(document, "n") == "0"
    assert paths.text(document, "a[1].b") == paths.text(document, "a") == paths.text(document, "")
    assert paths.find(document, "") is document
    assert paths.is_path("a[0].b-c.d_e")
    assert not any(paths.is_path(wrong) for wrong in ("a..b", "a[x]", "a."))
