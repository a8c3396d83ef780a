import json
import os
from itertools import product

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from compliance.rule_packs import shipped_packs
from config.bench import decisions, encoder, routing
from config.bench.cpu import Usage, busy_ticks, parse_stat, tree_ticks
from config.bench.figures import Figure, json_line, milliseconds, per_message, percentile
from config.bench.growth import peaks
from config.bench.options import USUAL_FIGURES, OptionError, Sink, options
from config.bench.receiver import Receiver
from messaging.encoding.segmentation import segment_count

STAT = (
    "4242 (tmux: (a) b) S 17 4242 4242 0 -1 4194304 900 70 0 0 "
    "150 50 30 20 20 0 9 0 123456 1000000 500 18446744073709551615"
)


@pytest.fixture
def chosen(monkeypatch):
    def choose(**variables):
        for name in ("BENCH", "COUNT", "CROWD", "KEEP", "OLD_MESSAGES", "SINK"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return options()

    return choose


def test_growth_is_measured_only_where_it_is_asked_for(chosen):
    assert "growth" not in chosen().figures
    assert chosen(BENCH="growth").figures == {"growth"}


def test_numbers_of_old_messages_are_measured_from_the_least(chosen):
    assert chosen(OLD_MESSAGES="5000,0").old == (0, 5000)
    with pytest.raises(OptionError, match="OLD_MESSAGES=many"):
        chosen(OLD_MESSAGES="many")


def test_peak_of_memory_is_that_of_the_largest_process_of_a_tree():
    found = peaks({"bench": os.getpid(), "postgres": os.getpid(), "gone": 2**22 + 1})
    assert set(found) == {"bench", "gone"}
    assert found["bench"] > 10
    assert found["gone"] == 0.0


class Wire:
    def __init__(self):
        self.written = []

    def write(self, octets):
        self.written.append(octets)


def test_a_line_begins_with_the_figure_and_keeps_everything():
    figure = Figure("throughput", {"messages_per_second": 1.5}, {"class": "care"}, is_sound=False)
    line = json_line(figure, machine={"cores": 2}, load={"before": [0.1]})
    assert "\n" not in line
    assert list(json.loads(line)) == [
        "figure", "messages_per_second", "sound", "settings", "machine", "load",
    ]  # fmt: skip
    assert json.loads(line)["sound"] is False


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1), (0.5, 50), (0.501, 51), (0.99, 99), (1.0, 100)]
)
def test_percentile_is_the_nearest_rank(share, expected):
    assert percentile(list(range(100, 0, -1)), share) == expected


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_percentile_is_a_value_that_enough_do_not_exceed(values, share):
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6


def test_percentile_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_milliseconds_of_seconds():
    assert milliseconds([0.001, 0.002, 0.25]) == {"p50_ms": 2.0, "p99_ms": 250.0, "max_ms": 250.0}
    assert milliseconds([]) == {}


def test_cpu_seconds_per_message():
    assert per_message({"web": 0.5, "beat": 0.0}, 1000) == {"web": 500.0, "beat": 0.0}
    assert per_message({"web": 0.5}, 0) == {"web": 0.0}


def test_own_time_and_that_of_ended_children_are_read_behind_a_strange_name():
    assert parse_stat(STAT) == Usage(pid=4242, parent=17, ticks=250)


def test_a_tree_counts_descendants_and_nobody_else():
    family = [(1, 0, 1000), (10, 1, 5), (11, 10, 7), (12, 11, 11), (20, 1, 500)]
    processes = {pid: Usage(pid, parent, ticks) for pid, parent, ticks in family}
    assert tree_ticks(processes, 10) == 23
    assert tree_ticks(processes, 99) == 0


def test_a_child_that_ended_still_counts():
    before = {10: Usage(10, 1, 5), 11: Usage(11, 10, 7)}
    after = {10: Usage(10, 1, 6 + 9)}  # it waited for the child, which had used 2 more
    assert tree_ticks(after, 10) - tree_ticks(before, 10) == 3


def test_waiting_cores_and_guests_do_not_count_as_busy():
    text = "cpu  100 20 30 5000 600 7 8 9 11 13\ncpu0 1 1 1 1 1 1 1 1 1 1\n"
    assert busy_ticks(text) == 100 + 20 + 30 + 7 + 8 + 9


def test_everything_is_measured_unless_somebody_chooses(chosen):
    found = chosen()
    assert found.figures == set(USUAL_FIGURES)
    assert (found.count, found.sink, found.keeps) == (100_000, None, False)


def test_choices_are_read(chosen):
    found = chosen(BENCH="throughput", COUNT="20000", SINK="10.0.0.7:2775", KEEP="1")
    assert found.figures == {"throughput"}
    assert (found.count, found.keeps) == (20_000, True)
    assert found.sink == Sink("10.0.0.7", 2775, "signalbox", "sim-fast")


def test_latency_is_left_out_with_a_sink_of_ones_own(chosen):
    assert chosen(SINK="smsc:2775").figures == set(USUAL_FIGURES) - {"latency"}


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        (
            {"BENCH": "speed"},
            "BENCH=speed: choose from decisions,encoder,latency,routing,throughput",
        ),
        ({"BENCH": "latency", "SINK": "smsc:2775"}, "leave SINK out"),
        ({"COUNT": "10"}, "COUNT=10: write a number"),
        ({"SINK": "smsc"}, "SINK=smsc: write host:port"),
    ],
)
def test_a_bad_choice_is_named(chosen, variables, words):
    with pytest.raises(OptionError, match=words):
        chosen(**variables)


def test_the_receiver_answers_each_request_once_however_it_is_cut():
    one = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
    wire, receiver = Wire(), Receiver()
    receiver._transport = wire
    for octet in one + one + b"GET / HTTP/1.1\r\n\r\n":
        receiver.data_received(bytes([octet]))
    assert len(wire.written) == 3


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(encoder, "_ROUND_SECONDS", 0.0)
    monkeypatch.setattr(encoder, "_ROUNDS", 1)
    monkeypatch.setattr(encoder, "_TEXTS", 20)
    monkeypatch.setattr(decisions, "_ROUND_SECONDS", 0.0)
    monkeypatch.setattr(decisions, "_ROUNDS", 1)
    monkeypatch.setattr(decisions, "_BATCH", 50)
    monkeypatch.setattr(decisions, "_RECIPIENTS", 1_600)
    monkeypatch.setattr(routing, "_ROUNDS", 1)
    monkeypatch.setattr(routing, "_REQUESTS", 3_000)


def test_encoder_says_how_many_texts_of_which_mix(quick):
    found = list(encoder.encoder())
    ways = [(one.values["mix"], one.values["way"]) for one in found]
    assert ways == list(product(("common", "gsm7", "ucs2", "long"), ("count", "segment")))
    assert all(one.name == "encoder" and one.values["texts_per_second"] > 0 for one in found)


@pytest.mark.parametrize(
    ("mix", "encodings", "counts"),
    [
        ("common", {"gsm7", "ucs2"}, {1}),
        ("gsm7", {"gsm7"}, {1}),
        ("ucs2", {"ucs2"}, {1}),
        ("long", {"gsm7", "ucs2"}, {2, 3}),
    ],
)
def test_mixes_of_the_encoder_are_what_they_are_called(mix, encodings, counts):
    patterns, _words = encoder._MIXES[mix]
    found = [segment_count(pattern.format(n=999)) for pattern in patterns]
    assert {one.encoding for one in found} == encodings
    assert {one.segment_count for one in found} == counts


def test_decisions_come_out_every_way_over_all_packs(quick):
    found = list(decisions.decisions())
    assert [one.values["way"] for one in found] == ["single", "distinct", "batch"]
    for one in found:
        assert one.values["decisions_per_second"] > 0
        assert set(one.values["outcomes"]) == {"allowed", "delayed", "blocked"}
        assert sum(one.values["outcomes"].values()) == 1_600
        assert set(one.settings["countries"]) == {pack.country for pack in shipped_packs()}
    single, distinct, _batch = found
    assert single.values["outcomes"] == distinct.values["outcomes"]


def test_routing_comes_out_every_way_and_meets_trouble(quick):
    found = list(routing.routing())
    assert [one.values["way"] for one in found] == ["choose", "request", "moments", "plans"]
    for one in found:
        assert one.values["decisions_per_second"] > 0
        assert one.settings["routes"] == 60
    assert {"scored", "shed", "only_route"} <= set(found[0].values["reasons"])


def test_figures_of_the_processor_start_no_server(quick, monkeypatch, capsys):
    monkeypatch.setenv("BENCH", "encoder,decisions")
    call_command("bench")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["figure"] for line in lines} == {"encoder", "decisions"}
    assert "postgresql" not in lines[0]["machine"]
