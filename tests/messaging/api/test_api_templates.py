"""Templates through the API: written by one person's key, approved by another's."""

import pytest

from compliance.constants import Role
from compliance.services.access import role_grant
from messaging.models import Template, TemplateVersion
from messaging.selectors.snapshot import snapshots
from routing.models import Network, NetworkTextRule
from tests.factories import make_template_version
from tests.messaging.api.conftest import Caller

pytestmark = pytest.mark.django_db

HEAD = {"template": "shipped", "name": "Shipped", "class": "care", "advertiser": "Sao Mai"}
WORDS = {
    "text": "Order {order} is on its way.",
    "slots": [{"name": "order", "max_length": 12, "example": "A-1029"}],
}
VERSIONS = "/templates/shipped/versions"


@pytest.fixture
def alice(world) -> Caller:
    """The marketer's key."""
    return Caller(world.account, actor=world.alice)


@pytest.fixture
def bob(world) -> Caller:
    """The officer's key."""
    return Caller(world.account, actor=world.bob)


@pytest.fixture
def draft(alice, market) -> str:
    """The address of a draft."""
    assert alice.post("/templates", HEAD).status_code == 201
    made = alice.post(VERSIONS, WORDS)
    assert made.status_code == 201, made.content
    return f"{VERSIONS}/{made.json()['version']}"


def problem(response):
    assert response["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


def test_template_is_made_and_read(alice, market):
    made = alice.post("/templates", HEAD)
    assert made["Location"] == "/api/v1/templates/shipped"
    assert made.json() == alice.get("/templates/shipped").json()
    assert made.json() == HEAD | {
        "language": "vi",
        "approved_version": None,
        "text": None,
        "rewriting": None,
        "languages": [],
        "slots": [],
        "program": None,
        "asks_consent": False,
        "is_paid": False,
    }


def test_template_is_made_once_per_key(alice, market):
    again = {"Idempotency-Key": "one"}
    first, second = (alice.post("/templates", HEAD, headers=again) for _ in range(2))
    assert first.content == second.content
    assert second["Idempotent-Replayed"] == "true"
    assert problem(alice.post("/templates", HEAD)) == (409, "slug_taken")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"template": "Nicht gut"}, "#/template"),
        ({"class": "urgent"}, "#/class"),
        ({"advertiser": "Other Brand"}, "#/advertiser"),
        ({"bogus": 1}, "#/bogus"),
    ],
)
def test_wrong_field_of_a_template_is_named(alice, market, change, pointer):
    response = alice.post("/templates", HEAD | change)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == pointer
    assert Template.objects.filter(slug="shipped").count() == 0


def test_head_is_changed_until_it_was_reviewed(alice, draft):
    changed = alice.patch("/templates/shipped", {"name": "Sent", "class": "transactional"})
    assert (changed.json()["name"], changed.json()["class"]) == ("Sent", "transactional")
    alice.post(f"{draft}/submit")
    assert alice.patch("/templates/shipped", {"name": "Gone"}).json()["name"] == "Gone"
    refused = alice.patch("/templates/shipped", {"class": "marketing"})
    assert problem(refused) == (403, "class_is_reviewed")


def test_version_tells_what_it_can_cost_and_what_rules_say(alice, draft):
    found = alice.get(draft).json()
    assert (found["version"], found["status"], found["author"]) == (1, "draft", "alice")
    assert found["text"] == WORDS["text"]
    assert found["worst_case"]["example"] == {
        "encoding": "gsm7",
        "units": 27,
        "segment_count": 1,
    }
    assert found["content"] == [{"country": "VN", "is_blocked": False, "findings": []}]
    assert found["registrations"] == []


def test_version_shows_where_it_stands_with_networks(alice, draft):
    network = Network.objects.get(code="viettel")
    NetworkTextRule.objects.create(
        network=network, message_class="care", demands_template_registration=True
    )
    snapshots.forget()
    missing = {
        "network": "viettel",
        "is_demanded": True,
        "is_registered": False,
        "state": None,
        "reference": "",
        "expires_on": None,
        "from_version": None,
    }
    assert alice.get(draft).json()["registrations"] == [missing]
    assert alice.post(f"{draft}/submit").status_code == 200
    version = TemplateVersion.objects.get(template__slug="shipped")
    version.registrations.create(network=network, state="registered", reference="VT-1")
    assert alice.get(draft).json()["registrations"] == [
        missing | {"is_registered": True, "state": "registered", "reference": "VT-1"}
    ]


def test_draft_is_changed_in_part(alice, draft):
    changed = alice.patch(draft, {"text": "Order {order} has left."}).json()
    assert changed["text"] == "Order {order} has left."
    assert changed["slots"] == alice.get(draft).json()["slots"]
    assert changed["slots"][0]["example"] == "A-1029"


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"text": "Hi {name"}, "#/text", "unclosed_brace"),
        ({"text": " "}, "#/text", "empty_text"),
        ({"text": "a\x00"}, "#/text", "nul"),
        ({"text": "\ud83d"}, "#/text", "lone_surrogate"),
        ({"slots": [{"name": "order", "max_length": 0}]}, "#/slots/0/max_length", "min_value"),
        ({"slots": {}}, "#/slots", "not_a_list"),
        ({"slots": [{"max_length": 3}]}, "#/slots/0/name", "required"),
    ],
)
def test_wrong_field_of_a_version_is_named(alice, draft, change, pointer, code):
    response = alice.post(VERSIONS, WORDS | change)
    (error,) = response.json()["errors"]
    assert (response.status_code, error["pointer"], error["code"]) == (422, pointer, code)


def test_approved_version_is_sent(alice, bob, draft, market):
    assert alice.post(f"{draft}/submit").json()["status"] == "submitted"
    seen = bob.get(draft).json()["fingerprint"]
    approved = bob.post(f"{draft}/approve", {"comment": "Fine.", "seen": seen}).json()
    assert (approved["status"], approved["reviewer"], approved["comment"]) == (
        "approved",
        "bob",
        "Fine.",
    )
    assert alice.get("/templates/shipped").json()["approved_version"] == 1
    version = TemplateVersion.objects.get(template__slug="shipped")
    assert (version.author.username, version.reviewer.username) == ("alice", "bob")
    message = alice.post(
        "/messages",
        {
            "to": "+84981234567",
            "from": market.sender.address,
            "template": "shipped",
            "parameters": {"order": "A-7"},
        },
    )
    assert message.json()["text"] == "Order A-7 is on its way."


def test_approval_can_begin_later(alice, bob, draft):
    alice.post(f"{draft}/submit")
    body = {"activates_at": "2027-01-31T09:00:00+07:00"}
    staged = bob.post(f"{draft}/approve", body).json()
    assert (staged["status"], staged["activates_at"]) == ("staged", "2027-01-31T02:00:00Z")


def test_what_changed_since_it_was_seen_is_not_approved(alice, bob, draft):
    alice.post(f"{draft}/submit")
    response = bob.post(f"{draft}/approve", {"seen": "something else"})
    assert response.status_code == 409


def test_submitted_version_stays_as_it_is(alice, draft):
    alice.post(f"{draft}/submit")
    assert problem(alice.patch(draft, {"text": "Hi"})) == (409, "not_a_draft")
    assert problem(alice.post(f"{draft}/submit")) == (409, "version_state")


def test_author_does_not_approve_whatever_roles_they_have(world, alice, draft):
    role_grant(user=world.alice, role=Role.OFFICER, account=world.account, actor=None)
    alice.post(f"{draft}/submit")
    key = Caller(world.account, actor=world.alice)
    assert problem(key.post(f"{draft}/approve")) == (403, "own_version")


def test_rejection_needs_a_comment(alice, bob, draft):
    alice.post(f"{draft}/submit")
    assert bob.post(f"{draft}/reject").json()["errors"][0]["pointer"] == "#/comment"
    rejected = bob.post(f"{draft}/reject", {"comment": "Name the shop."}).json()
    assert (rejected["status"], rejected["comment"]) == ("rejected", "Name the shop.")


def test_withdrawal_says_how_many_it_stopped(alice, bob, draft, market):
    alice.post(f"{draft}/submit")
    bob.post(f"{draft}/approve")
    request = {
        "to": "+84981234567",
        "from": market.sender.address,
        "template": "shipped",
        "parameters": {"order": "A-7"},
        "send_at": "2099-01-31T09:00:00+07:00",
    }
    assert alice.post("/messages", request).status_code == 201
    assert problem(bob.post(f"{draft}/withdraw")) == (422, "comment_required")
    done = bob.post(f"{draft}/withdraw", {"comment": "The shop closed."}).json()
    assert (done["status"], done["stopped_count"]) == ("withdrawn", 1)


def test_role_of_the_keys_maker_decides(bob, alice, draft, world):
    assert problem(bob.post(VERSIONS, WORDS)) == (403, "role_missing")
    assert problem(Caller(world.account, actor=world.ines).post("/templates", HEAD)) == (
        403,
        "role_missing",
    )


def test_key_that_nobody_made_only_reads(api, market, draft):
    assert problem(api.post(VERSIONS, WORDS)) == (403, "key_without_person")
    assert problem(api.post(f"{draft}/submit")) == (403, "key_without_person")
    assert api.get(draft).status_code == 200


def test_key_of_somebody_who_left_only_reads(alice, draft, world):
    world.alice.is_active = False
    world.alice.save()
    response = alice.post(VERSIONS, WORDS)
    assert problem(response) == (403, "key_maker_inactive")
    assert "alice" in response.json()["detail"]
    assert alice.get(draft).status_code == 200


def test_stranger_finds_nothing(world, draft):
    charlie = Caller(world.other_account, actor=world.charlie)
    calls = [
        charlie.get("/templates/shipped"),
        charlie.patch("/templates/shipped", {"name": "Mine"}),
        charlie.get(VERSIONS),
        charlie.post(VERSIONS, WORDS),
        charlie.get(draft),
        charlie.patch(draft, {"text": "Mine"}),
        *(
            charlie.post(f"{draft}/{step}", {"comment": "x"} if step != "submit" else None)
            for step in ("submit", "approve", "reject", "withdraw")
        ),
    ]
    assert {response.status_code for response in calls} == {404}
    assert charlie.get("/templates").json()["data"] == []


def test_version_of_another_template_is_not_found(alice, draft, world):
    make_template_version(world.account, status="draft")
    assert alice.get(f"{VERSIONS}/2").status_code == 404
    assert alice.get(f"{VERSIONS}/{10**30}").status_code == 404


def test_versions_are_listed_newest_first_with_few_queries(
    alice, draft, django_assert_max_num_queries
):
    for _ in range(3):
        alice.post(VERSIONS, WORDS)
    with django_assert_max_num_queries(6):
        page = alice.get(f"{VERSIONS}?limit=2").json()
    assert [one["version"] for one in page["data"]] == [4, 3]
    rest = alice.get(f"{VERSIONS}?limit=2&cursor={page['next_cursor']}").json()
    assert [one["version"] for one in rest["data"]] == [2, 1]
