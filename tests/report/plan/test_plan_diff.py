"""The difference of a policy: what `patch` would make of it, and what is told above which hunk."""

import json
import re
from typing import Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leastwise.inventory import PolicyKind
from leastwise.plan import Change, DocumentChange, PolicyRef
from leastwise.report.plan.diff import Hunk, PolicyDiff, policy_diff
from leastwise.report.plan.diff_words import file_names, hunk_words
from report.plan.drawn_reductions import LAW as FEW
from report.plan.drawn_reductions import reductions
from report.plan.sample_changes import delete_policy, detach, quarantine, replace
from report.plan.sample_edits import delete_inline, edit_inline, edit_minified, new_version
from report.plan.sample_extremes import scattered

HEADER: Final = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
LAW: Final = settings(FEW, max_examples=150)
DOCUMENTS: Final = reductions().map(lambda change: change.documents[0])
TEXTS: Final = st.lists(st.sampled_from(["{", "}", '"a": 1,', '"b": 2,', ""]), max_size=30).map("\n".join)


def lines_of(text: str | None) -> list[str]:
    return [] if text is None else text.removesuffix("\n").split("\n")


def patched(old: list[str], diff: PolicyDiff) -> list[str]:
    """What the hunks make of the lines, by the numbers in their headers alone."""
    made: list[str] = []
    done = 0
    for hunk in diff.hunks:
        start, length, new_start, new_length = numbers(hunk)
        made += old[done:start]
        assert len(made) == new_start
        assert [row.text for row in hunk.rows if row.mark != "+"] == old[start : start + length]
        added = [row.text for row in hunk.rows if row.mark != "-"]
        assert len(added) == new_length
        made += added
        done = start + length
    return made + old[done:]


def numbers(hunk: Hunk) -> tuple[int, int, int, int]:
    """Lines before the hunk and in it, of the old text and of the new one."""
    found = HEADER.fullmatch(hunk.header)
    assert found is not None
    lengths = [1 if found[group] is None else int(found[group]) for group in (2, 4)]
    starts = [int(found[group]) - (1 if length else 0) for group, length in zip((1, 3), lengths, strict=True)]
    return starts[0], lengths[0], starts[1], lengths[1]


@LAW
@given(st.none() | TEXTS, st.none() | TEXTS)
def test_the_hunks_make_the_new_text_of_the_old_one(before: str | None, after: str | None) -> None:
    ref = PolicyRef("any", PolicyKind.INLINE)
    diff = policy_diff(DocumentChange(ref, before, after, ()))
    assert not diff.is_laid_out
    assert patched(lines_of(before), diff) == lines_of(after)


@LAW
@given(DOCUMENTS)
def test_a_text_that_is_laid_out_keeps_every_piece(document: DocumentChange) -> None:
    diff = policy_diff(document)
    before, after = document.before, document.after
    assert before is not None
    if diff.is_laid_out:
        before, after = (None if one is None else msgspec.json.format(one, indent=2) for one in (before, after))
        assert json.loads(before or "") == json.loads(document.before or "")
    plain = [None if one is None else one.replace("\r", "") for one in (before, after)]
    assert patched(lines_of(plain[0]), diff) == lines_of(plain[1])


@LAW
@given(DOCUMENTS)
def test_every_reason_of_every_statement_is_told_above_some_hunk(document: DocumentChange) -> None:
    told = [one for hunk in policy_diff(document).hunks for one in hunk.told]
    assert [one.statement.index for one in told if one.is_first] == [one.index for one in document.statements]
    for statement in document.statements:
        gone = {gone for one in told if one.statement is statement for gone in one.gone}
        assert gone == set(statement.gone)


@LAW
@given(DOCUMENTS)
def test_lines_that_change_are_short_or_of_a_text_that_was_laid_out(document: DocumentChange) -> None:
    diff = policy_diff(document)
    changed = [row.text for hunk in diff.hunks for row in hunk.rows if row.mark != " "]
    assert diff.is_laid_out or all(len(line) <= 120 for line in changed)


CHANGES: Final = [
    edit_inline(),
    edit_minified(),
    delete_inline(),
    new_version(),
    replace(),
    delete_policy(),
    quarantine(),
]


@pytest.mark.parametrize(
    ("change", "is_laid_out"),
    [(one, one is CHANGES[1]) for one in CHANGES],
    ids=lambda one: str(getattr(one, "kind", one)),
)
def test_only_a_policy_of_one_long_line_is_laid_out(change: Change, is_laid_out: bool) -> None:  # noqa: FBT001 - a case
    assert policy_diff(change.documents[0]).is_laid_out is is_laid_out


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (edit_inline(), ("inline policy web-app of role/web", "inline policy web-app of role/web")),
        (delete_inline(), ("inline policy old-queue of user/people/carol", "/dev/null")),
        (replace(), ("AWS-managed policy AdministratorAccess", "policy/leastwise/AdministratorAccess-nightly")),
        (quarantine(), ("/dev/null", "policy/leastwise/quarantine-quarterly-report")),
    ],
    ids=["edit", "delete", "replace", "quarantine"],
)
def test_a_difference_names_what_is_before_and_after_it(change: Change, names: tuple[str, str]) -> None:
    assert file_names(change, change.documents[0]) == names


def test_each_hunk_of_a_long_statement_tells_of_the_services_in_it() -> None:
    change = scattered()
    hunks = policy_diff(change.documents[0]).hunks
    told = [words for hunk in hunks for words in hunk_words(change, change.documents[0], hunk, most=None)]
    never = "never used in 200 days by any of 3 users and roles"
    stays = "service00 stays: user/alice used it on 2026-11-23 (and 1 other lately); 35 more services stay"
    assert told == [
        f'Statement[0] "Long": service03 {never}; {stays}',
        f'Statement[0] "Long": service20, service21 {never}',
        f'Statement[0] "Long": service37 {never}',
    ]


def test_a_hunk_without_services_of_its_own_points_to_the_one_above() -> None:
    lines = [f'"s3:Get{number:02}",' for number in range(20)]
    text = '{"Statement": {"Effect": "Allow", "Action": [\n' + "\n".join(lines) + '\n"sqs:*"], "Resource": "*"}}'
    change = scattered()
    statement = change.documents[0].statements[0]
    after = text.replace("s3:Get01", "s3:Get0?").replace("s3:Get18", "s3:Get1?")
    document = DocumentChange(PolicyRef("any", PolicyKind.INLINE), text, after, (statement,))
    told = [words for hunk in policy_diff(document).hunks for words in hunk_words(change, document, hunk, most=1)]
    assert [words.partition("never")[0] for words in told] == [
        'Statement[0] "Long": service03 and 3 more ',
        'Statement[0] "Long", as above',
    ]


def test_a_text_that_is_no_policy_is_told_of_above_its_first_hunk() -> None:
    statement = edit_inline().documents[0].statements[0]
    document = DocumentChange(PolicyRef("any", PolicyKind.INLINE), "[\n1\n]", "[\n2\n]", (statement,))
    assert [one.statement for hunk in policy_diff(document).hunks for one in hunk.told] == [statement]


def test_a_statement_that_difflib_does_not_call_changed_is_told_of_above_the_nearest_hunk() -> None:
    """Of equal statements it may call the other one changed."""
    one = '{\n"Effect": "Allow",\n"Action": "sqs:*",\n"Resource": "*"\n}'
    text = '{"Version": "2012-10-17", "Statement": [\n' + ",\n".join([one] * 6) + "\n]}"
    after = text.replace("2012-10-17", "2008-10-17").removesuffix("]}") + "]\n}"
    fourth = msgspec.structs.replace(scattered().documents[0].statements[0], index=4)
    diff = policy_diff(DocumentChange(PolicyRef("any", PolicyKind.INLINE), text, after, (fourth,)))
    assert [[told.statement.index for told in hunk.told] for hunk in diff.hunks] == [[], [4]]


BARE: Final = '{"Statement": [{"Effect": "%s", "Action": ["sqs:*", "s3:Get*"], "Resource": "*"}, %s]}'
OTHERS: Final = """{"Effect": "Deny", "Action": "ec2:*", "Resource": "*"},
{"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"}"""


def whole(change: Change, before: str | None, after: str | None, *, most: int | None = None) -> list[str]:
    """What stands above the hunks of a document of whose statements the plan does not tell."""
    document = DocumentChange(PolicyRef("any", PolicyKind.INLINE), before, after, ())
    return [words for hunk in policy_diff(document).hunks for words in hunk_words(change, document, hunk, most=most)]


def test_of_a_text_that_goes_untold_the_actions_that_it_allowed_are_named() -> None:
    text = BARE % ("Allow", OTHERS)
    never = "never used in 400 days by user/people/dave"
    assert whole(detach(), text, None) == [f"sqs:*, s3:Get*, all but iam:* and sts:*: {never}"]
    assert whole(detach(), text, None, most=1) == [f"sqs:* and 2 more: {never}"]


def test_of_a_text_that_comes_untold_the_actions_that_it_denies_are_named_and_what_is_stale() -> None:
    stale = "not in use by role/legacy/quarterly-report; used once, but not lately: redshift"
    assert whole(quarantine(), None, BARE % ("Deny", OTHERS)) == [f"sqs:*, s3:Get*, ec2:*: {stale}"]


def test_of_a_text_that_nobody_holds_that_is_said() -> None:
    assert whole(delete_policy(), "[", None) == ["Nobody holds it, so that nobody uses what it grants."]


def test_nothing_is_said_of_an_edit_that_is_untold() -> None:
    assert whole(edit_inline(), "[1]", "[2]") == []
