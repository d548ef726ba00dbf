from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leastwise.errors import SettingsError
from leastwise.settings import RULES, Exemption, Settings, parse_settings

EXEMPTION = """
[[exemptions]]
rule = "unused-role"
resource = "arn:aws:iam::*:role/break-glass"
reason = "used once a year"
owner = "security@example.com"
until = 2027-01-31
"""


@given(st.text(max_size=80))
def test_every_text_is_settings_or_one_clear_error(text: str) -> None:
    complaint = _complaint(text)
    assert complaint is None or complaint.startswith("leastwise.toml: ")
    assert complaint is None or len(complaint.splitlines()) == 1


def _complaint(text: str) -> str | None:
    try:
        parse_settings(text)
    except SettingsError as error:
        return error.message
    return None


@given(
    st.builds(
        Settings,
        stale_after_days=st.integers(1, 3650),
        exclude=st.lists(st.sampled_from(["role/ci-*", "user/?"])).map(tuple),
        allow_tag_exemptions=st.booleans(),
        exemption_tag=st.sampled_from(["leastwise:exempt", "team/keep"]),
        break_glass=st.lists(st.sampled_from(["role/break-glass", "user/?"])).map(tuple),
        keep=st.lists(st.sampled_from(["s3:*", "kms:Decrypt"])).map(tuple),
        keep_sids=st.sampled_from(["Keep", "Frozen"]),
        exemptions=st.lists(
            st.builds(
                Exemption,
                rule=st.sampled_from(["*", *RULES]),
                resource=st.just("arn:aws:iam::*:role/*"),
                reason=st.just("because"),
                owner=st.just("me"),
                until=st.dates(),
            ),
            max_size=3,
        ).map(tuple),
    )
)
def test_what_is_written_is_read(settings: Settings) -> None:
    assert parse_settings(_written(settings)) == settings


def _written(settings: Settings) -> str:
    lines = [
        f"stale_after_days = {settings.stale_after_days}",
        f"exclude = {list(settings.exclude)}",
        f"allow_tag_exemptions = {str(settings.allow_tag_exemptions).lower()}",
        f'exemption_tag = "{settings.exemption_tag}"',
        f"break_glass = {list(settings.break_glass)}",
        f"keep = {list(settings.keep)}",
        f'keep_sids = "{settings.keep_sids}"',
    ]
    for exemption in settings.exemptions:
        lines += ["[[exemptions]]", f"until = {exemption.until.isoformat()}"]
        lines += [f'{key} = "{getattr(exemption, key)}"' for key in ("rule", "resource", "reason", "owner")]
    return "\n".join(lines)


def test_an_empty_file_is_the_defaults() -> None:
    assert parse_settings("") == Settings()
    assert Settings().stale_after_days == 90
    assert not Settings().allow_tag_exemptions
    assert Settings().exemption_tag == "leastwise:exempt"


def test_an_exemption_is_read() -> None:
    assert parse_settings(EXEMPTION).exemptions == (
        Exemption(
            rule="unused-role",
            resource="arn:aws:iam::*:role/break-glass",
            reason="used once a year",
            owner="security@example.com",
            until=date(2027, 1, 31),
        ),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stale_after_days = = 3", "team.toml: line 1, column 20: Invalid value"),
        ("stale_after_days = 3\nexclude = [", "team.toml: line 2, column 12: Invalid value"),
        ("[[exemptions", "team.toml: line 1, column 13: Expected ']]' at the end of an array declaration"),
    ],
)
def test_a_malformed_file_is_named_with_line_and_column(text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, source="team.toml")
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('stale_after_days = "90"', "line 1: stale_after_days must be a whole number of days, not a text", ""),
        ("stale_after_days = true", "line 1: stale_after_days must be a whole number of days, not true or false", ""),
        ("\nstale_after_days = 0", "line 2: stale_after_days must be from 1 to 3650 days, not 0", ""),
        ("stale_after_days = 3651", "line 1: stale_after_days must be from 1 to 3650 days, not 3651", ""),
        ("stale_after_day = 3", "line 1: stale_after_day is not a setting", "did you mean stale_after_days?"),
        ("stale-after-days = 3", "line 1: stale-after-days is not a setting", "did you mean stale_after_days?"),
        ("exclude = 'x'", "line 1: exclude must be a list of texts, not a text", ""),
        ("exclude = ['x', 2]", "line 1: exclude[1] must be a text in quotes, not a whole number", ""),
        ("allow_tag_exemptions = 1", "line 1: allow_tag_exemptions must be true or false, not a whole number", ""),
        ("exemption_tag = ' '", "line 1: exemption_tag must not be empty", ""),
        ("exemptions = 3", "line 1: exemptions must be tables", "begin each one with a line [[exemptions]]"),
        ("exemptions = [3]", "line 1: exemptions[0] must be a table, not a whole number", ""),
        ("[exemption]\nrule = '*'", "line 1: exemption is not a setting", "did you mean exemptions?"),
        (
            EXEMPTION.replace("unused-role", "unused-roles"),
            'line 3: exemptions[0].rule names no rule: "unused-roles"',
            "did you mean unused-role?",
        ),
        (
            EXEMPTION.replace("2027-01-31", '"2027-01-31"'),
            "line 7: exemptions[0].until must be a date, not a text",
            "write it without quotes and without a time: until = 2027-01-31",
        ),
        (
            EXEMPTION.replace("2027-01-31", "2027-01-31T00:00:00Z"),
            "line 7: exemptions[0].until must be a date, not a date with a time",
            "write it without quotes and without a time: until = 2027-01-31",
        ),
        (
            EXEMPTION + EXEMPTION.replace("until = 2027-01-31\n", ""),
            "line 9: exemptions[1].until is missing",
            "add until = 2027-01-31",
        ),
        (EXEMPTION + "untill = 3", "line 8: exemptions[0].untill is not a setting", "did you mean until?"),
    ],
)
def test_a_wrong_key_is_named_with_its_line_and_a_hint(text: str, message: str, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text)
    assert caught.value.message == f"leastwise.toml: {message}"
    assert caught.value.hint == hint
