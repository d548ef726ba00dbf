"""A plan in a pull request."""

import re

import pytest
from syrupy.assertion import SnapshotAssertion

from leastwise.report.plan import render_plan_markdown
from leastwise.report.plan.markup import code, fenced, html_text, prose
from report.plan.sample_changes import detach
from report.plan.sample_edits import edit_inline
from report.plan.sample_plans import CROWD, EMPTY, EVERYTHING, SAMPLES, left, plan_of

GITHUB = 65_536
"""Characters that GitHub takes in a comment."""


@pytest.mark.parametrize("name", ["everything", "empty", "hostile"])
def test_a_plan_as_it_is_shown(name: str, snapshot: SnapshotAssertion) -> None:
    assert render_plan_markdown(SAMPLES[name]) == snapshot


def test_a_plan_that_fits_is_whole() -> None:
    text = render_plan_markdown(EVERYTHING)
    assert render_plan_markdown(EVERYTHING, limit=len(text)) == text
    assert "left out" not in text


def test_of_a_plan_that_does_not_fit_the_last_differences_go() -> None:
    text = render_plan_markdown(EVERYTHING)
    shorter = render_plan_markdown(EVERYTHING, limit=len(text) - 1)
    assert "To fit here, this leaves out the differences of 1 change. The plan has them all." in shorter
    assert shorter.count("```diff") == text.count("```diff") - 1
    assert shorter.count("<details>") == text.count("<details>")
    assert "denied by it no more" not in shorter
    assert shorter.index("+++ policy/leastwise/AdministratorAccess") < shorter.index("The difference is left out here.")


def test_a_difference_that_is_too_great_does_not_push_out_what_is_behind_it() -> None:
    plan = plan_of(edit_inline(), *CROWD.changes, detach())
    text = render_plan_markdown(plan, limit=len(render_plan_markdown(plan)) - 1_500)
    assert "this leaves out the differences of 1 change." in text
    assert text.count("```diff") == 1
    assert text.count("<summary>3. Detach") == 1


def test_a_plan_that_hardly_fits_keeps_the_list_of_changes() -> None:
    text = render_plan_markdown(EVERYTHING, limit=5_000)
    assert len(text) <= 5_000
    assert all(f"`{change.id}` |" in text for change in EVERYTHING.changes)
    assert re.search(r"all but the line in the list of \d+ changes", text)
    assert "more policies are left out of this list" in text


def test_the_policies_that_are_left_take_no_more_than_a_quarter() -> None:
    plan = plan_of(edit_inline(), left=left() * 20)
    text = render_plan_markdown(plan, limit=20_000)
    assert "```diff" in text
    assert 4_500 < len(text[text.index("<summary>Left as they are") :]) < 5_100


def test_a_great_plan_fits_a_comment() -> None:
    plan = plan_of(*EVERYTHING.changes * 20, *CROWD.changes, left=EVERYTHING.left)
    assert len(render_plan_markdown(plan)) > GITHUB
    assert len(render_plan_markdown(plan, limit=GITHUB)) <= GITHUB


def test_an_empty_plan_says_so_first() -> None:
    assert render_plan_markdown(EMPTY).startswith("## Plan for account 111122223333 (acme-prod), scanned")
    assert "no changes, nothing that is granted can go." in render_plan_markdown(EMPTY).splitlines()[0]


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("s3:* and `x`", r"s3:\* and \`x\`"),
        ("a|b", r"a\|b"),
        ("<b>&amp;", r"\<b\>\&amp;"),
        ("[x](y) ![z]", r"\[x\](y) \!\[z\]"),
        ("@acme #1", "@&#8203;acme #&#8203;1"),
        ("https://example.com www.example.com", r"https:\//example.com www\.example.com"),
        ("one\ntwo\\", r"one\\ntwo\\"),
        ("role/ci/deploy-it", "role/ci/deploy-it"),
    ],
)
def test_text_is_nothing_but_text(text: str, markdown: str) -> None:
    assert prose(text) == markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("role/ci/deploy", "`role/ci/deploy`"),
        ("@acme", "`@acme`"),
        ("a|b", "<code>a&#124;b</code>"),
        ("`a`", "<code>&#96;a&#96;</code>"),
        ("a\\", "<code>a&#92;</code>"),
        (" a", "<code> a</code>"),
        ("<i>", "<code>&#60;i&#62;</code>"),
        ("\u202e", "<code>&#92;u202e</code>"),
        ("", "<code></code>"),
    ],
)
def test_code_is_nothing_but_code(text: str, markdown: str) -> None:
    assert code(text) == markdown


def test_text_in_an_element_ends_no_element() -> None:
    assert html_text("</summary>&\n@x") == "&lt;/summary&gt;&amp;\\n@&#8203;x"


@pytest.mark.parametrize(
    ("lines", "fence"), [(["a"], "```"), (["``"], "```"), (["```"], "````"), (["a `````` b", "```"], "```````")]
)
def test_a_fence_is_longer_than_any_run_of_backticks_in_it(lines: list[str], fence: str) -> None:
    assert fenced(lines, language="diff").split("\n") == [f"{fence}diff", *lines, fence]
