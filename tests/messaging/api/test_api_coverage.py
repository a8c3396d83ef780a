"""Whereto an account sends."""

from tests.factories import make_carrier, make_network, make_rate, make_route


def _classes(answer, network):
    row = next(one for one in answer.json()["data"] if one["network"] == network)
    return {one["class"]: one["price"] for one in row["classes"]}


def test_network_with_a_route_is_reached_for_its_price(api, market):
    make_route(country="VN")
    answer = api.get("/coverage")
    assert answer.status_code == 200, answer.content
    found = _classes(answer, "viettel")
    assert set(found) == {"otp", "transactional", "care", "marketing"}
    assert found["care"] == {"amount": "350", "currency": "VND"}
    assert set(_classes(answer, None)) == set(found)


def test_network_without_a_route_is_told_with_no_class(api, market):
    make_route(country="VN", network=make_network("mobifone"))
    answer = api.get("/coverage")
    assert _classes(answer, "viettel") == {}
    assert _classes(answer, "mobifone") != {}


def test_route_of_another_account_reaches_nothing(api, stranger, world, market):
    make_route(country="VN", account=world.account)
    assert _classes(api.get("/coverage"), "viettel") != {}
    assert _classes(stranger.get("/coverage"), "viettel") == {}


def test_carrier_that_is_down_for_now_is_covered(api, market):
    make_route(make_carrier(), country="VN")  # it has no bind at all
    assert _classes(api.get("/coverage"), "viettel") != {}


def test_sender_has_its_classes_and_its_price(api, world, market):
    make_route(country="VN")
    make_rate(amount_micros=420_000_000, sender=market.sender, account=world.account)
    market.sender.allowed_classes = ["otp"]
    market.sender.save()
    answer = api.get(f"/coverage?from={market.sender.address}")
    assert _classes(answer, "viettel") == {"otp": {"amount": "420", "currency": "VND"}}


def test_sender_of_others_is_not_known(stranger, market):
    answer = stranger.get(f"/coverage?from={market.sender.address}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "sender_not_found"


def test_only_the_country_asked_for(api, market):
    make_network("telkomsel", country="ID")
    found = api.get("/coverage?country=id").json()["data"]
    assert {one["country"] for one in found} == {"ID"}


def test_country_that_is_none_names_the_parameter(api, market):
    answer = api.get("/coverage?country=v1")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "country"
