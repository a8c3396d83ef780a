from carriers.simulator.journal import JournalRecord
from carriers.simulator.report import peaks, report_journals, report_records
from tests.carriers.simulator.esme import NUMBER, bound, running

PART_1, PART_2 = (bytes((5, 0, 3, 9, 2, number)) + b"text" for number in (1, 2))


def submit(destination: str = NUMBER, **fields) -> JournalRecord:
    values = {"event": "submit", "time": 10.0, "source": "53849", "answered": True, **fields}
    return JournalRecord(destination=destination, **values)


def test_a_destination_taken_twice_is_a_duplicate():
    report = report_records([submit("1"), submit("2"), submit("1")])
    assert report.accepted == {"1": 2, "2": 1}
    assert report.duplicates == {"1": 1}


def test_refused_attempts_are_no_duplicates():
    report = report_records([submit("1", status=0x58), submit("1", status=0x08), submit("1")])
    assert (report.given, report.accepted) == ({"1": 3}, {"1": 1})
    assert report.refused == {0x58: 1, 0x08: 1}
    assert not report.duplicates


def test_a_swallowed_submit_counts_as_taken_but_not_as_accepted():
    report = report_records([submit("1", status=None, answered=False), submit("1")])
    assert (report.taken, report.accepted) == ({"1": 2}, {"1": 1})
    assert report.duplicates == {"1": 1}
    assert report.unanswered == {"1": 1}


def test_parts_of_a_long_message_are_no_duplicates_but_the_same_part_twice_is():
    parts = [submit("1", esm_class=0x40, octets=octets) for octets in (PART_1, PART_2)]
    assert not report_records(parts).duplicates
    assert report_records([*parts, parts[1]]).duplicates == {"1": 1}


def test_another_sender_to_the_same_number_is_no_duplicate():
    records = [submit("1"), submit("1", source="MAX")]
    assert not report_records(records).duplicates
    assert report_records(records, source="MAX").accepted == {"1": 1}


def test_what_came_before_does_not_count():
    records = [submit("1", time=5.0), submit("1", time=10.0)]
    assert report_records(records, since=10.0).accepted == {"1": 1}


def test_a_response_that_was_written_later_answers_its_submit():
    records = [
        submit("1", message_id="a", answered=False),
        submit("2", message_id="b", answered=False),
        JournalRecord("response", 11.0, message_id="a"),
    ]
    assert report_records(records).unanswered == {"2": 1}


def test_the_peak_counts_a_rolling_second():
    times = [0.0, 0.9, 1.0, 1.1, 1.8, 3.0]
    report = report_records([submit(str(n), time=time) for n, time in enumerate(times)])
    assert report.peak_per_second == 4
    assert report_records([]).peak_per_second == 0


def test_journals_of_real_operators_are_judged_together(tmp_path):
    paths = []
    for name in ("one", "two"):
        with running(tmp_path / name) as simulator, bound(simulator) as esme:
            esme.submit()
            esme.response()
            esme.delivery()
            esme.settle()
        paths.append(tmp_path / name / "test.jsonl")
    report = report_journals(paths)
    assert report.duplicates == {NUMBER: 1}
    assert report.receipts == {"DELIVRD": 2}
    assert not report.unanswered


def test_peaks_are_counted_for_binds_accounts_and_senders():
    came = [(0.0, 1, "A"), (0.5, 1, "B"), (0.9, 2, "A"), (1.0, 2, "A")]
    records = [
        JournalRecord("submit", at, session=session, system_id="esme", source=source)
        for at, session, source in came
    ]
    assert peaks(records, "account") == {"esme": 3}
    assert peaks(records, "bind") == {"esme 1": 2, "esme 2": 2}
    assert peaks(records, "sender") == {"A": 2, "B": 1}
