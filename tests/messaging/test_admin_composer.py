"""The composer of a template's text: its question, its answer, and the form behind it."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compliance.services.rules import rule_packs_load_shipped
from messaging.models import TemplateVersion
from messaging.selectors.snapshot import snapshots
from messaging.services.previews import DraftWording, PreviewRequest, message_preview
from routing.models import NetworkTextRule, SenderFallback
from tests.factories import (
    make_network,
    make_rate,
    make_route,
    make_sender,
    make_template,
    make_template_version,
)
from tests.world import World

pytestmark = pytest.mark.django_db
COUNTER = "admin:messaging_templateversion_analyse"
SALE = "[QC] Sale for {name}. Tu choi, soan TC gui 53849"
VOUCHER = (
    "[QC] Mừng sinh nhật chị {name}! Tặng voucher giảm 30% cho đơn từ 500.000đ tại cửa hàng Sao Mai"
    " đến hết tháng này, áp dụng mọi chi nhánh. Từ chối: TC"
)


@pytest.fixture(autouse=True)
def _fresh_snapshot() -> None:
    snapshots.forget()


def ask(client: Client, body: str, **values: Any) -> Any:
    question = {"body": body, "slots": [], "template": None} | values
    return client.post(reverse(COUNTER), json.dumps(question), content_type="application/json")


def found(world: World, browse: Any, body: str, **values: Any) -> Any:
    answer = ask(browse(world.alice), body, **values)
    assert answer.status_code == 200, answer.content
    return answer.json()


def slot(name: str = "name", **values: Any) -> dict[str, Any]:
    return {"name": name, "type": "name", "max_length": 20, "example": "An"} | values


def choice(answer: Any, rewriting: str) -> Any:
    return next(one for one in answer["choices"] if one["rewriting"] == rewriting)


def test_counter_says_encoding_units_segments_and_what_is_left(world: World, browse: Any) -> None:
    answer = found(world, browse, "Xin chào Mỹ")
    assert answer["counter"]["line"] == "UCS-2 · 11 units · 1 segment · 59 left"
    assert (answer["counter"]["used"], answer["counter"]["room"]) == (11, 70)


def test_counter_finds_slots_in_the_order_of_the_text(world: World, browse: Any) -> None:
    answer = found(world, browse, "{b} and {a}")
    assert [one["name"] for one in answer["slots"]] == ["b", "a"]
    assert set(answer["previews"]) == {"shortest", "typical", "longest"}


def test_text_without_slots_has_one_preview(world: World, browse: Any) -> None:
    answer = found(world, browse, "Hello")
    assert set(answer["previews"]) == {"typical"}
    assert answer["worst"]["sentence"] == "1 segment for everybody."


def test_worst_case_is_said_in_plain_words(world: World, browse: Any) -> None:
    answer = found(world, browse, "Hello {name} " + "x" * 70, slots=[slot()])
    assert answer["worst"]["sentence"] == "At most 2 segments, whatever the values."
    assert "at most 1 segment" in " ".join(answer["worst"]["details"])


def test_each_culprit_has_places_a_name_and_a_way_out(world: World, browse: Any) -> None:
    answer = found(world, browse, "“Sale” – 😀 “now”")
    signs = {one["character"]: one for one in answer["culprits"]}
    assert [one["at"] for one in signs["“"]["places"]] == [0, 12]
    assert (signs["“"]["name"], signs["“"]["action"]) == (
        "curly quote, opening",
        'Replace with "',
    )
    assert (signs["😀"]["places"], signs["😀"]["action"]) == ([{"at": 9, "length": 2}], None)


def test_text_that_only_an_example_makes_dear_is_said_to_fit(world: World, browse: Any) -> None:
    dear = found(world, browse, "Hi {name}", slots=[slot(example="Nguyễn")])
    assert dear["clean"] == "The text itself fits into GSM-7; the example of a slot does not."
    assert found(world, browse, "Hi")["clean"].startswith("Every character has its place")


def test_places_count_as_browsers_do(world: World, browse: Any) -> None:
    (sign,) = found(world, browse, "😀😀 ”")["culprits"][1:]
    assert sign["places"] == [{"at": 5, "length": 1}]


def test_invisible_characters_are_named_and_can_be_removed(world: World, browse: Any) -> None:
    (sign,) = found(world, browse, "Sale\u200b now")["culprits"]
    assert (sign["shown"], sign["kind"], sign["action"]) == ("U+200B", "invisible", "Remove")
    assert sign["name"] == "space without width"


def test_letters_typed_apart_are_said_and_composed(world: World, browse: Any) -> None:
    answer = found(world, browse, "Tie\u0302\u0301ng Vie\u0323\u0302t")
    assert answer["is_composed"] is False
    assert "stored composed" in answer["notes"][0]
    assert answer["counter"]["used"] == len("Tiếng Việt")


def test_three_ways_of_writing_stand_side_by_side(world: World, browse: Any) -> None:
    answer = found(world, browse, VOUCHER, slots=[slot(example="Hoa")])
    lines = [one["line"] for one in answer["choices"]]
    assert lines == ["UCS-2 · 3 segments", "UCS-2 · 3 segments", "GSM-7 · 1 segment"]
    assert choice(answer, "unmarked")["saving"] == "Saves 2 segments per message."
    assert choice(answer, "smart")["same"] == "No difference to the text as written."


def test_letters_are_a_choice_and_the_text_stays(world: World, browse: Any) -> None:
    answer = found(world, browse, VOUCHER, slots=[slot(example="Hoa")], rewriting="unmarked")
    assert answer["counter"]["line"].startswith("GSM-7")
    assert answer["previews"]["typical"]["segments"][0]["text"].startswith("[QC] Mung sinh nhat")
    assert not [one for one in answer["culprits"] if one["kind"] == "letter"]
    assert "replaced by the letters you chose" in " ".join(answer["notes"])


def test_words_that_change_are_named_worst_first(world: World, browse: Any) -> None:
    answer = found(world, browse, "Khách lẻ mua đồ cũ")
    words = answer["readings"]["words"]
    assert [one["is_offensive"] for one in words] == [True, False, False]
    assert words[0]["message"].startswith("“cũ” becomes “cu”: ")
    assert "lễ (holiday, ceremony)" in words[1]["message"]
    assert choice(answer, "unmarked")["risk"].startswith("Can be read as something offensive")
    assert choice(answer, "smart")["risk"] == ""


def test_words_that_change_are_explained_in_the_readers_language(world: World, browse: Any) -> None:
    world.alice.language = "vi"
    world.alice.save()
    words = found(world, browse, "Khách lẻ")["readings"]["words"]
    assert "lễ" in words[0]["message"]
    assert "holiday" not in words[0]["message"]


def test_audience_is_priced_in_the_accounts_currency(world: World, browse: Any) -> None:
    template = make_template(world.account, message_class="marketing")
    make_rate(account=world.account, amount_micros=300_000_000)
    answer = found(world, browse, "x" * 161, template=template.pk, audience="1000")
    assert answer["cost"]["sentence"] == "600,000 VND for 1,000 recipients"
    assert answer["cost"]["rows"] == []


def test_networks_that_add_to_the_text_are_priced_apart(world: World, browse: Any) -> None:
    template = make_template(world.account, message_class="marketing")
    make_rate(account=world.account, amount_micros=300_000_000)
    network = make_network("viettel")
    make_network("other")
    NetworkTextRule.objects.create(
        network=network,
        message_class="marketing",
        adds_before="(QC-VTL2) ",
        adds_after="De tu choi, soan TC gui 1313",
    )
    answer = found(world, browse, "x" * 130, template=template.pk, audience="1000")
    assert answer["worst"]["details"] == ["On Viettel up to 2 segments, with what is added there."]
    rows = [(one["network"], one["cells"]) for one in answer["cost"]["rows"]]
    assert rows == [("Viettel", [2, 2, "600 VND"]), ("Other networks", [1, 1, "300 VND"])]
    assert answer["cost"]["sentence"] == "300,000 VND to 600,000 VND for 1,000 recipients"


def test_networks_that_want_templates_registered_are_named(world: World, browse: Any) -> None:
    template = make_template(world.account, message_class="care")
    NetworkTextRule.objects.create(
        network=make_network("viettel"),
        message_class="care",
        demands_template_registration=True,
        registered_senders=["alphanumeric"],
    )
    make_sender(world.account)
    assert "registered" not in str(found(world, browse, "Hi", template=template.pk)["cost"])
    make_sender(world.account, kind="alphanumeric", address="SAOMAI")
    snapshots.forget()
    notes = found(world, browse, "Hi", template=template.pk)["cost"]["notes"]
    assert "Viettel: the template has to be registered there before it is sent." in notes


@pytest.mark.parametrize("rewriting", ["none", "smart", "unmarked"])
def test_composer_and_preview_say_the_same(world: World, browse: Any, rewriting: str) -> None:
    template = make_template(world.account, message_class="care")
    make_rate(account=world.account, amount_micros=300_000_000)
    slots = [slot(example="Hoà")]
    wording = DraftWording(body=VOUCHER, slots=slots, rewriting=rewriting)
    preview = message_preview(
        account=world.account,
        request=PreviewRequest(wording=wording, message_class="care", audience_size=1000),
    )
    answer = found(
        world,
        browse,
        VOUCHER,
        slots=slots,
        rewriting=rewriting,
        template=template.pk,
        audience="1000",
    )
    shown = answer["previews"]["typical"]["segments"]
    assert [(one["text"], one["units"]) for one in shown] == [
        (one.text, one.units) for one in preview.segments
    ]
    assert answer["counter"]["segments"] == preview.segment_count
    assert preview.cost is not None
    whole = preview.cost.amount_micros // 1_000_000 * 1000
    assert answer["cost"]["sentence"].startswith(f"{whole:,} VND")


def test_characters_that_networks_may_refuse_are_shown(world: World, browse: Any) -> None:
    template = make_template(world.account, message_class="care")
    NetworkTextRule.objects.create(
        network=make_network("viettel"), message_class="care", refused_characters="%{}"
    )
    (refused,) = found(world, browse, "30% {{off}} {name}", template=template.pk)["refused"]
    assert refused["message"] == "Viettel: texts with % { } may be refused."
    assert [one["at"] for one in refused["places"]] == [2, 4, 9]


def test_without_a_template_prices_and_rules_ask_for_one(world: World, browse: Any) -> None:
    answer = found(world, browse, "Hello", audience="10")
    assert (answer["cost"]["sentence"], answer["findings"]) == ("", [])
    assert "Choose the template" in answer["cost"]["notes"][0]
    assert "Choose the template" in answer["no_findings"]


def test_slot_that_cannot_be_kept_says_so_at_its_field(world: World, browse: Any) -> None:
    bad = slot("code", type="code", pattern="[", max_length=0)
    answer = found(world, browse, "Code {code}", slots=[bad])
    assert {(one["slot"], one["key"]) for one in answer["slot_errors"]} == {
        ("code", "max_length"),
        ("code", "pattern"),
    }
    assert answer["counter"]["segments"] == 1
    assert answer["slots"][0]["pattern"] == "["


def test_wrong_text_is_said_with_its_place(world: World, browse: Any) -> None:
    error = found(world, browse, "😀 Hi {name")["error"]
    assert (error["code"], error["field"], error["position"]) == ("unclosed_brace", "body", 6)


def test_variant_in_view_is_counted_with_its_own_letters(world: World, browse: Any) -> None:
    variants = [{"language": "vi-x-plain", "body": "Chào {name}", "rewriting": "unmarked"}]
    answer = found(
        world, browse, "Chào Mỹ {name}", slots=[slot()], variants=variants, language="vi-x-plain"
    )
    assert answer["counter"]["line"].startswith("GSM-7")
    assert [(one["language"], one["badge"]) for one in answer["languages"]] == [
        ("", "at most 1 segment"),
        ("vi-x-plain", "at most 1 segment"),
    ]


def test_variant_with_a_foreign_slot_is_not_right(world: World, browse: Any) -> None:
    variants = [{"language": "en", "body": "Hello {who}", "rewriting": "none"}]
    answer = found(world, browse, "Chào {name}", variants=variants)
    assert [one["is_right"] for one in answer["languages"]] == [True, False]
    error = found(world, browse, "Chào {name}", variants=variants, language="en")["error"]
    assert (error["language"], error["position"]) == ("en", 6)


def test_format_says_what_it_misses(world: World, browse: Any) -> None:
    answer = found(world, browse, "Hello", message_format="sms_retriever")
    assert {one["is_met"] for one in answer["format"]} == {False}
    good = "Your code is {code}\nFA+9qCX9VSu"
    slots = [slot("code", type="code", max_length=6, example="123456")]
    answer = found(world, browse, good, slots=slots, message_format="sms_retriever")
    assert [one["is_met"] for one in answer["format"]] == [True]


def test_rules_of_the_templates_class_are_named(world: World, browse: Any) -> None:
    rule_packs_load_shipped(actor=None)
    marketing = make_template(world.account, message_class="marketing")
    findings = found(world, browse, "Sale!", template=marketing.pk)["findings"]
    assert {one["country"] for one in findings} == {"VN"}
    assert all(one["fix"] and one["citation"] for one in findings)
    assert found(world, browse, SALE, template=marketing.pk)["findings"] == []


def test_another_sender_is_said_where_it_writes_now_and_where_it_would(
    world: World, browse: Any
) -> None:
    code = make_sender(world.account, address="53849")
    brand = make_sender(world.account, kind="alphanumeric", address="SAOMAI")
    near, far = make_network(name="Near"), make_network(name="Far")
    make_route(network=near)
    make_route(network=far, sender_kinds=["alphanumeric"])
    rule = SenderFallback.objects.create(
        account=world.account, sender=code, causes=["no_route"], to_sender=brand
    )
    template = make_template(world.account, message_class="care")
    (told,) = found(world, browse, "Hello", template=template.pk)["findings"]
    assert told["message"] == (
        "From SAOMAI instead of 53849 to everybody of these networks: Far (no route takes the"
        " sender)."
    )
    SenderFallback.objects.filter(pk=rule.pk).update(causes=["refused", "not_registered"])
    snapshots.forget()
    (told,) = found(world, browse, "Hello", template=template.pk)["findings"]
    assert "the sender is not registered there; a carrier refuses the sender" in told["message"]
    SenderFallback.objects.update(message_classes=["otp"])
    snapshots.forget()
    assert found(world, browse, "Hello", template=template.pk)["findings"] == []


def test_foreign_templates_are_not_known(world: World, browse: Any) -> None:
    rule_packs_load_shipped(actor=None)
    foreign = make_template(world.other_account, message_class="marketing")
    answer = found(world, browse, "Sale!", template=foreign.pk, audience="10")
    assert (answer["findings"], answer["cost"]["sentence"]) == ([], "")


def test_empty_text_is_no_error_yet(world: World, browse: Any) -> None:
    answer = found(world, browse, "  ")
    assert (answer["error"], answer["is_blank"]) == (None, True)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "[]",
        "{}",
        '{"body": 1, "slots": []}',
        '{"body": "x", "slots": {}}',
        '{"body": "x", "slots": ["x"]}',
        '{"body": "x", "slots": [], "variants": "en"}',
        '{"body": "x", "slots": [], "language": 1}',
    ],
)
def test_what_is_no_question_is_refused(world: World, browse: Any, question: str) -> None:
    answer = browse(world.alice).post(reverse(COUNTER), question, content_type="application/json")
    assert answer.status_code == 400


def test_odd_values_are_answered(world: World, browse: Any) -> None:
    odd = [{"name": "name", "type": 3, "max_length": "x", "example": None}, {}]
    answer = found(world, browse, "Hi {name}", slots=odd, audience="many", rewriting="bold")
    assert answer["slot_errors"]
    variants = [{"language": "en", "body": 3}]
    assert found(world, browse, "Hi", variants=variants)["error"]["code"] == "bad_variants"


@pytest.mark.parametrize("who", ["bob", "ines", "olga", "ada"])
def test_only_writers_are_answered(world: World, browse: Any, who: str) -> None:
    assert ask(browse(getattr(world, who)), "Hi").status_code == 403


def test_question_changes_nothing_and_is_posted(world: World, browse: Any) -> None:
    found(world, browse, "Hi {name}")
    assert not TemplateVersion.objects.exists()
    assert browse(world.alice).get(reverse(COUNTER)).status_code == 405


def test_everything_written_is_saved(world: World, browse: Any) -> None:
    template = make_template(world.account)
    variants = [{"language": "en", "body": "Hello {name}", "rewriting": "smart"}]
    browse(world.alice).post(
        reverse("admin:messaging_templateversion_add"),
        {
            "template": template.pk,
            "body": "Chào {name}",
            "slots": json.dumps([slot()]),
            "rewriting": "unmarked",
            "variants": json.dumps(variants),
            "message_format": "",
        },
    )
    version = TemplateVersion.objects.get()
    assert (version.rewriting, version.variants) == ("unmarked", variants)
    assert version.slots[0]["type"] == "name"


def test_plain_text_is_saved_without_the_script(world: World, browse: Any) -> None:
    template = make_template(world.account)
    address = reverse("admin:messaging_templateversion_add")
    browse(world.alice).post(address, {"template": template.pk, "body": "Hello"})
    version = TemplateVersion.objects.get()
    assert (version.body, version.rewriting, version.variants) == ("Hello", "none", [])


def test_errors_keep_what_was_written(world: World, browse: Any) -> None:
    template = make_template(world.account)
    variants = json.dumps([{"language": "en", "body": " ", "rewriting": "none"}])
    answer = browse(world.alice).post(
        reverse("admin:messaging_templateversion_add"),
        {
            "template": template.pk,
            "body": "Chào {name}",
            "slots": json.dumps([slot(example="Hoa")]),
            "rewriting": "smart",
            "variants": variants,
        },
    )
    page = answer.content.decode()
    assert "The text in “en” is empty" in page
    assert "data-unsaved" in page
    assert re.search(r'value="smart"[^>]* checked', page)
    assert "&quot;Hoa&quot;" in page
    assert not TemplateVersion.objects.exists()


def test_draft_opens_with_all_of_it(world: World, browse: Any) -> None:
    version = make_template_version(
        world.account, body="Chào {name}", status="draft", author=world.alice, slots=[slot()]
    )
    address = reverse("admin:messaging_templateversion_change", args=[version.pk])
    page = browse(world.alice).get(address).content.decode()
    assert "Chào {name}</textarea>" in page
    assert "&quot;max_length&quot;: 20" in page


def test_new_version_takes_over_letters_and_languages(world: World, browse: Any) -> None:
    version = make_template_version(world.account, body="Chào", status="draft")
    version.rewriting, version.message_format = "unmarked", "sms_retriever"
    version.variants = [{"language": "en", "body": "Hello", "rewriting": "none"}]
    version.save()
    address = f"{reverse('admin:messaging_templateversion_add')}?from={version.pk}"
    initial = browse(world.alice).get(address).context["adminform"].form.initial
    assert initial["rewriting"] == "unmarked"
    assert (initial["variants"], initial["message_format"]) == (version.variants, "sms_retriever")


def test_audience_is_preset_from_a_link(world: World, browse: Any) -> None:
    address = reverse("admin:messaging_templateversion_add")
    page = browse(world.alice).get(f"{address}?audience=12000").content.decode()
    assert 'value="12000"' in page
    page = browse(world.alice).get(f"{address}?audience=<b>").content.decode()
    assert "<b>" not in page


def test_answer_costs_few_queries(
    world: World, browse: Any, django_assert_max_num_queries: Any
) -> None:
    template = make_template(world.account, message_class="marketing")
    client = browse(world.alice)
    ask(client, "Hi", template=template.pk)
    with django_assert_max_num_queries(16):
        ask(client, VOUCHER, template=template.pk, slots=[slot()], audience="5")


def test_account_without_templates_is_led_to_the_first(world: World, browse: Any) -> None:
    address = reverse("admin:messaging_templateversion_add")
    assert "There is no template yet" in browse(world.alice).get(address).content.decode()
    make_template(world.other_account)
    assert "There is no template yet" in browse(world.alice).get(address).content.decode()
    make_template(world.account)
    assert "There is no template yet" not in browse(world.alice).get(address).content.decode()


def test_letters_are_not_called_by_unicode_names(world: World, browse: Any) -> None:
    signs = found(world, browse, "Đỗ ж")["culprits"]
    assert [one["name"] for one in signs] == [
        "letter with marks",
        "letter with marks",
        "CYRILLIC SMALL LETTER ZHE",
    ]
