"""What is said of a bind's options."""

import pytest

from carriers import options
from carriers.models import Bind


def test_every_option_of_the_model_is_explained_once():
    names = [name for group in options.GROUPS for name in group.names]
    columns = {field.name for field in Bind._meta.fields} - {"id", *options.IDENTITY}
    assert sorted(names) == sorted(columns)


@pytest.mark.parametrize("name", sorted(options.OPTIONS))
def test_option_is_said_in_whole_sentences(name):
    sentence = options.help_of(name)
    # The specification's own words, such as validity_period, keep their spelling.
    assert sentence[0].isupper() or "_" in sentence.split()[0]
    assert sentence[-1] in ".)"


def test_numbers_have_a_unit():
    numbers = {"FloatField", "PositiveIntegerField", "PositiveSmallIntegerField"}
    without = [
        field.name
        for field in Bind._meta.fields
        if field.get_internal_type() in numbers
        and not field.choices
        and not options.OPTIONS[field.name].unit
    ]
    assert without == []


def test_secrets_are_those_that_are_stored_encrypted_and_kept_out_of_history():
    kept = {field.name for field in Bind.history.model._meta.fields}
    secrets = set(options.secret_names())
    assert secrets == {"password", "tls_key", "http_secret", "http_token", "http_signature_secret"}
    assert not secrets & kept
