"""What every format of a plan promises of every plan."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.cells import cell_len

from leastwise.plan import Left, Obstacle, Plan
from leastwise.report.json_format import indented
from leastwise.report.plan import proof_document, render_plan_markdown, render_plan_text, render_proof
from leastwise.report.plan.obstacles import OBSTACLES
from report.plan.drawn_reductions import LAW, told_plans
from report.plan.sample_plans import SAMPLES, SCATTERED

WIDTHS: Final = st.integers(60, 220)
BY_NAME: Final = {**SAMPLES, "scattered": SCATTERED}
PLANS: Final = told_plans() | st.sampled_from(sorted(BY_NAME)).map(BY_NAME.__getitem__)
BARRIER: Final = "\u200b"
DIFF_LINE: Final = re.compile(r"[-+ ]|@@ |$")


def what_goes(plan: Plan) -> Iterator[str]:
    """Every id, and every service or action that goes or is kept."""
    for change in plan.changes:
        yield change.id
        yield from gone_of(plan)


def gone_of(plan: Plan) -> Iterator[str]:
    told = (
        gone for change in plan.changes for one in change.documents for each in one.statements for gone in each.gone
    )
    for gone in told:
        yield from (f"{gone.service}:{action}" for action in gone.actions + gone.kept)
        if not gone.actions:
            yield gone.service


def left_names(left: Left) -> list[str]:
    policy = left.policy
    return [policy.policy] if policy.owner is None else [policy.policy, policy.owner.resource]


def squeezed(text: str) -> str:
    """Without white space and the marks of remarks, which wrapping puts between the pieces of a long word."""
    return re.sub(r"[\s#]", "", text)


def shown(name: str) -> str:
    """A name as it is shown: a managed policy of the account by its path, one of AWS by its name."""
    visible = (
        name
        if name.isprintable()
        else "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in name)
    )
    return squeezed(re.sub(r"^arn:aws:iam::(\d{12}:|aws:policy/)", "", visible))


def unmarked(markdown: str) -> str:
    """The text that Markdown of ours shows."""
    return unescape(re.sub(r"\\([^A-Za-z0-9\s])", r"\1", markdown)).replace(BARRIER, "")


def missing(plan: Plan, text: str, *, with_left: bool = True) -> list[str]:
    """What of the plan is not in the text."""
    wanted = [*what_goes(plan), *(name for one in plan.left if with_left for name in left_names(one))]
    found = squeezed(text)
    return [one for one in wanted if shown(one) not in found]


@LAW
@given(PLANS, WIDTHS)
def test_no_text_loses_a_change_or_what_goes_or_a_policy_that_is_left(plan: Plan, width: int) -> None:
    assert missing(plan, render_plan_text(plan, width=width, color=False, verbose=True)) == []


@LAW
@given(PLANS)
def test_no_markdown_loses_a_change_or_what_goes_or_a_policy_that_is_left(plan: Plan) -> None:
    assert missing(plan, unmarked(render_plan_markdown(plan))) == []


@LAW
@given(PLANS, WIDTHS)
def test_no_proof_loses_a_change_or_what_goes(plan: Plan, width: int) -> None:
    text = render_proof(plan, plan.changes, width=width, color=False)
    assert missing(plan, text, with_left=False) == []


@LAW
@given(PLANS)
def test_no_proof_as_json_loses_a_change_or_what_goes(plan: Plan) -> None:
    text = indented(proof_document(plan, plan.changes))
    assert [one.id for one in plan.changes if f'"{one.id}"' not in text] == []
    assert [name for gone in gone_of(plan) for name in gone.split(":") if f'"{name}"' not in text] == []


def outside_of_diffs(text: str) -> Iterator[str]:
    """Every line but those of the differences: from the names of the texts to the blank line behind the last hunk."""
    in_diff = False
    for line in text.removesuffix("\n").split("\n"):
        in_diff = line.startswith("--- ") or (in_diff and line != "")
        if not in_diff or not DIFF_LINE.match(line):
            yield line


@LAW
@given(PLANS, WIDTHS, st.booleans())
def test_only_lines_of_differences_are_wider_than_asked(plan: Plan, width: int, verbose: bool) -> None:  # noqa: FBT001 - drawn
    text = render_plan_text(plan, width=width, color=False, verbose=verbose)
    assert [line for line in outside_of_diffs(text) if cell_len(line) > width] == []
    proof = render_proof(plan, plan.changes, width=width, color=False)
    assert [line for line in proof.split("\n") if cell_len(line) > width] == []


@LAW
@given(PLANS, WIDTHS)
def test_nothing_is_written_that_a_terminal_would_act_on(plan: Plan, width: int) -> None:
    texts = [
        render_plan_text(plan, width=width, color=False, verbose=True),
        render_proof(plan, plan.changes, width=width, color=False),
        render_plan_markdown(plan),
    ]
    assert [line for text in texts for line in text.split("\n") if not line.isprintable()] == []


@LAW
@given(PLANS, WIDTHS)
def test_colour_changes_nothing_but_colour(plan: Plan, width: int) -> None:
    colored = re.sub(r"\x1b\[[\d;]*m", "", render_plan_text(plan, width=width, color=True))
    plain = render_plan_text(plan, width=width, color=False)
    assert [line.rstrip() for line in colored.split("\n")] == plain.split("\n")


@LAW
@given(PLANS, st.integers(0, 40_000))
def test_a_limit_is_kept_if_the_list_of_changes_allows_it_and_no_change_leaves_the_list(plan: Plan, limit: int) -> None:
    text, least = render_plan_markdown(plan, limit=limit), render_plan_markdown(plan, limit=0)
    assert len(text) <= max(limit, len(least))
    assert [one.id for one in plan.changes if f"`{one.id}`" not in text] == []


@LAW
@given(PLANS)
def test_markdown_holds_no_element_and_no_link_but_its_own(plan: Plan) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(render_plan_markdown(plan))
    inner = [child for token in tokens for child in token.children or ()]
    html = [child.content for child in inner if child.type == "html_inline"]
    assert set(html) <= {"<br>", "<code>", "</code>"}
    assert not [child for child in inner if child.type in {"link_open", "image", "softbreak", "em_open"}]
    blocks = "".join(token.content for token in tokens if token.type == "html_block")
    assert re.sub(r"<summary>[^<>]*</summary>|</?details>|\s", "", blocks) == ""
    sections = len(plan.changes) + bool(plan.left)
    assert blocks.count("<details>") == blocks.count("</details>") == sections


@LAW
@given(PLANS)
def test_every_row_of_a_table_has_as_many_cells_as_its_head(plan: Plan) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(render_plan_markdown(plan))
    rows = sum(token.type == "tr_open" for token in tokens)
    changes, left = len(plan.changes), len(plan.left)
    assert rows == (changes + 1 if changes else 0) + (left + 1 if left else 0)
    assert sum(token.type == "td_open" for token in tokens) == 8 * changes + 3 * left


@LAW
@given(PLANS)
def test_markdown_calls_nobody(plan: Plan) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(render_plan_markdown(plan))
    texts = [
        child.content for token in tokens for child in token.children or () if child.type in {"text", "text_special"}
    ]
    assert not [text for text in texts if re.search(r"[@#](?!\u200b|$)", text)]


def test_every_obstacle_is_explained() -> None:
    assert sorted(OBSTACLES) == sorted(Obstacle)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_plan_gives_the_same_bytes(name: str) -> None:
    plan = SAMPLES[name]
    assert render_plan_markdown(plan) == render_plan_markdown(plan)
