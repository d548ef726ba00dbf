"""What must hold of the policy room for any input: each claim draws a case of plain JSON and checks it.

A text may be refused with PolicyError, and what a docstring says to raise may be raised; all else is a fault.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import draws
from draws import PROBES, SMALL

from leastwise.catalog import Catalog, load_catalog
from leastwise.errors import PolicyError
from leastwise.policy import (
    ActionClause,
    ActionSet,
    Answer,
    Document,
    DocumentKind,
    Fitted,
    Layer,
    Misfit,
    NamedPolicy,
    Outcome,
    Policies,
    Request,
    Wildcards,
    compare,
    context_of,
    difference,
    document_grants,
    equivalent,
    fit,
    minimal_clause,
    minimal_patterns,
    parse_document,
    render_compact,
    render_document,
    rewrite,
    same_content,
    simulate,
    size_in_characters,
    statement_actions,
    unknown_patterns,
    validate,
)

Case = dict[str, Any]


@dataclass(frozen=True)
class Claim:
    """Something that must hold."""

    draw: Callable[[Random], Case]
    """A case of plain JSON."""
    check: Callable[[Case], bool]
    """Whether there was something to check; raises where the claim does not hold."""
    share: int
    """How often it is drawn, against the others."""
    is_slow: bool = False
    """Whether its cases are meant to take long."""


def _catalog(text: str) -> Catalog:
    # Drawn names are those of the small catalog; whoever reads a text with others needs the large one's work.
    return load_catalog() if len(text) > 3000 else SMALL  # noqa: PLR2004 - longer than most that are drawn


def _read(text: str, kind: DocumentKind = DocumentKind.IDENTITY) -> Document | None:
    """The document; None if it is refused, at a place that is in the text."""
    try:
        return parse_document(text, kind)
    except PolicyError as error:
        fault = error
    lines = text.split("\n")
    assert 1 <= fault.line <= len(lines), "a fault behind the text"
    assert 1 <= fault.column <= len(lines[fault.line - 1]) + 1, "a fault behind its line"
    assert fault.problem, "a fault without a word"
    return None


def check_read(case: Case) -> bool:
    """Any text is read or refused; what is read has its statements where it says, and is valid to `validate`."""
    text, kind = case["text"], DocumentKind(case["kind"])
    document = _read(text, kind)
    notices = validate(text, _catalog(text), kind=kind, limit=6144)
    for notice in notices:
        assert 0 <= notice.start <= notice.end <= len(text), f"{notice.code} outside of the text"
    if document is None:
        assert len(notices) == 1, "a refused text has one notice"
        return False
    assert document.text == text
    for statement in document.statements:
        quoted = document.quote(statement)
        assert quoted.startswith("{"), "a statement is not where it says"
        assert quoted.endswith("}"), "a statement does not end where it says"
    unknown_patterns(document, _catalog(text))
    document_grants(document, _catalog(text))
    return True


def check_render(case: Case) -> bool:
    """Rendering loses nothing, is stable, and grants the same."""
    document = _read(case["text"])
    if document is None:
        return False
    for render in (render_document, render_compact):
        text = render(document)
        again = parse_document(text)
        assert same_content(document, again), "rendered, it says something else"
        assert render(again) == text, "rendered twice, it is another text"
    assert size_in_characters(render_compact(document)) == size_in_characters(render_document(document))
    return True


def check_accepted(case: Case) -> bool:
    """What is drawn to be legal is taken, and its text is equivalent to what is rendered of it."""
    document = parse_document(case["text"])
    answer = equivalent(document, parse_document(render_document(document)), _catalog(case["text"])).answer
    assert answer is not Answer.NO, "rendered, it grants something else"
    return True


def check_rewrite(case: Case) -> bool:
    """A change changes its statements and nothing else; changes that make no document are refused."""
    document = _read(case["text"])
    if document is None:
        return False
    wanted = {
        int(index): None if found is None else ActionClause(tuple(found), bool(len(found) % 2))
        for index, found in case["changes"].items()
        if int(index) < len(document.statements)
    }
    left = [one for one in document.statements if wanted.get(one.index, 0) is not None]
    if not left:
        return False
    again = parse_document(rewrite(document, wanted))
    assert len(left) == len(again.statements)
    for before, after in zip(left, again.statements, strict=True):
        assert after.actions == (wanted.get(before.index) or before.actions)
        assert (after.sid, after.resources, after.conditions) == (before.sid, before.resources, before.conditions)
    return True


def check_minimize(case: Case) -> bool:
    """The patterns grant what they say: exactly the known actions, and nothing unknown beyond the set where exact."""
    catalog = load_catalog() if case["large"] else SMALL
    actions = ActionSet.of(case["plus"], catalog) - ActionSet.of(case["minus"], catalog)
    actions = ~actions if case["negated"] else actions
    for mode in Wildcards:
        found = minimal_patterns(actions, wildcards=mode)
        granted = ActionSet.of(found.patterns, catalog)
        assert granted.known == actions.known, f"{mode}: other known actions"
        assert granted == found.granted or not found.granted <= granted, f"{mode}: it grants not what it says"
        if mode is Wildcards.EXACT:
            outside = [probe for probe in PROBES if probe in granted and probe not in actions]
            assert not outside, f"exact: grants {outside}"
            lost = [probe for probe in PROBES if probe in actions and probe not in granted]
            assert not lost or found.lost, f"exact: loses {lost} and does not say so"
    if not case["minus"] and not case["negated"]:
        exact = minimal_patterns(actions)
        assert not exact.lost, "a list of patterns cannot be written as one"
        assert len(json.dumps(exact.patterns)) <= len(json.dumps(sorted(set(case["plus"])))), "longer than before"
    clause = minimal_clause(actions)
    written = ActionSet.of(clause.patterns, catalog)
    assert (~written if clause.negated else written).known == actions.known, "clause: other known actions"
    return True


def check_sets(case: Case) -> bool:
    """Set algebra, one probe at a time; a subset that is said to be one is one."""
    one, other = ActionSet.of(case["plus"], SMALL), ActionSet.of(case["minus"], SMALL)
    one = ~one if case["negated"] else one
    both, either, left, rest = one & other, one | other, one - other, ~one
    for probe in PROBES:
        here, there = probe in one, probe in other
        assert (probe in both, probe in either, probe in left, probe in rest) == (
            here and there,
            here or there,
            here and not there,
            not here,
        ), probe
        assert here <= there or not one <= other, f"a subset without {probe}"
    assert not one - one, "less itself it is not empty"
    assert one == one | both
    assert left | both == one or not left | both <= one <= left | both
    return True


def check_compare(case: Case) -> bool:
    """Nothing grants more than itself; a witness is one; what is a subset allows no drawn request more."""
    new, old = (_read(case[name]) for name in ("new", "old"))
    if new is None or old is None:
        return False
    catalog = _catalog(case["new"] + case["old"])
    assert compare(new, new, catalog).answer is not Answer.NO, "it grants more than itself"
    _check_comparison(Policies.of([new]), Policies.of([old]), compare(new, old, catalog), case["requests"])
    gaps = difference(new, old, catalog)
    if gaps.is_complete and not gaps.gaps:
        assert compare(new, old, catalog).answer is Answer.YES, "no gap, and yet no subset"
    allowed = [one for one in _requests(case) if _only_new(one, Policies.of([new]), Policies.of([old]))]
    for one in allowed if gaps.is_complete else ():
        assert any(one.action in gap.actions and one.resource in gap.resources for gap in gaps.gaps), (
            f"no gap has {one}"
        )
    return True


def check_principals(case: Case) -> bool:
    """The same for the policies of principals: several documents, a boundary, a session, SCPs."""
    catalog = load_catalog()
    new, old = (_policies(case[name]) for name in ("new", "old"))
    if new is None or old is None:
        return False
    assert compare(new, new, catalog).answer is not Answer.NO, "it grants more than itself"
    _check_comparison(new, old, compare(new, old, catalog), case["requests"])
    return True


def _policies(texts: dict[str, list[str]]) -> Policies | None:
    parts = {kind: [_read(text) for text in found] for kind, found in texts.items()}
    if any(document is None for found in parts.values() for document in found):
        return None
    named = {
        kind: tuple(NamedPolicy(f"{kind}{place}", one) for place, one in enumerate(found) if one is not None)
        for kind, found in parts.items()
    }
    return Policies(
        identity=named["identity"],
        boundary=named["boundary"][0] if named["boundary"] else None,
        session=named["session"],
        service_controls=(named["levels"],) if named["levels"] else (),
    )


def _check_comparison(new: Policies, old: Policies, found: Any, requests: list[Case]) -> None:  # noqa: ANN401 - Comparison
    if found.answer is Answer.NO:
        assert found.witness is not None, "no without a witness"
        assert _is_guarded(found.witness, new) or simulate(found.witness, new).is_allowed, (
            f"the witness is not allowed: {found.witness}"
        )
        assert not simulate(found.witness, old).is_allowed, f"the witness is allowed by both: {found.witness}"
    if found.answer is Answer.YES:
        more = [one for one in _requests({"requests": requests}) if _only_new(one, new, old)]
        assert not more, f"a subset, and yet it allows more: {more[0]}"


def _is_guarded(request: Request, policies: Policies) -> bool:
    """Whether nothing but the policy of the resource is lacking, which no comparison knows: AssumeRole, keys of KMS."""
    decision = simulate(request, policies)
    return decision.outcome is Outcome.IMPLICIT_DENY and {one.layer for one in decision.reasons} == {Layer.RESOURCE}


def _only_new(request: Request, new: Policies, old: Policies) -> bool:
    return simulate(request, new).is_allowed and not simulate(request, old).is_allowed


def _requests(case: Case) -> list[Request]:
    return [Request(one["action"], one["resource"], context_of(one["context"])) for one in case["requests"]]


def check_simulate(case: Case) -> bool:
    """What is allowed is granted; what is granted always is allowed; a Deny never grants; reasons are statements."""
    document, more = (_read(case[name]) for name in ("text", "more"))
    if document is None or more is None:
        return False
    actions = document_grants(document, _catalog(case["text"])).actions
    plain = all(one.is_unconditional for one in document.statements)
    denying = Policies.of([document, more])
    for request in _requests(case):
        decision = simulate(request, Policies.of([document]))
        assert request.action in actions or not decision.is_allowed, f"allowed and not granted: {request}"
        is_plain = plain and not _is_guarded(request, Policies.of([document]))
        assert decision.is_allowed == (request.action in actions) or not is_plain, f"granted and not allowed: {request}"
        assert decision.is_allowed or not simulate(request, denying).is_allowed or _allows(more), (
            f"a Deny grants {request}"
        )
        for reason in decision.reasons:
            assert all(one.index < len(document.statements) for one in reason.statements)
    return True


def _allows(document: Document) -> bool:
    return any(statement.effect == "Allow" for statement in document.statements)


def check_fit(case: Case) -> bool:
    """What fits is short enough, in few enough documents, and grants and denies the same."""
    document = _read(case["text"])
    if document is None:
        return False
    catalog = _catalog(case["text"])
    found = fit(document, catalog, limit=case["limit"], documents=case["documents"])
    if isinstance(found, Misfit):
        assert found.reason
        return False
    assert isinstance(found, Fitted)
    assert 1 <= len(found.texts) <= case["documents"]
    assert all(size_in_characters(text) <= case["limit"] for text in found.texts), "too long"
    parts = Policies.of([parse_document(text) for text in found.texts])
    whole = Policies.of([document])
    for request in _requests(case):
        assert simulate(request, parts).outcome == simulate(request, whole).outcome, (
            f"fitted, it decides other on {request}"
        )
    assert compare(parts, whole, catalog).answer is not Answer.NO, "fitted, it grants more"
    assert compare(whole, parts, catalog).answer is not Answer.NO, "fitted, it grants less"
    return True


def check_hostile(case: Case) -> bool:
    """One step on a hostile text: it ends, in time and within memory."""
    document = _read(case["text"])
    if document is None:
        return False
    _STEPS[case["step"]](document)
    return True


_ANY = parse_document('{"Statement": {"Effect": "Allow", "Action": "s3:*b*", "Resource": "arn:aws:s3:::*a*"}}')
_GET = ActionClause(("s3:Get*",), negated=False)
_LONG = Request("s3:GetObject", "arn:aws:s3:::bucket/" + "ab" * 500)
_STEPS: dict[str, Callable[[Document], object]] = {
    "actions": lambda one: [statement_actions(statement, SMALL) for statement in one.statements],
    "grants": lambda one: document_grants(one, SMALL).actions.namespaces(),
    "render": lambda one: parse_document(render_compact(one)),
    "validate": lambda one: validate(one.text, SMALL),
    "itself": lambda one: compare(one, one, SMALL),
    "difference": lambda one: difference(one, _ANY, SMALL),
    "subset": lambda one: compare(_ANY, one, SMALL),
    "minimize": lambda one: [minimal_clause(statement_actions(found, SMALL)) for found in one.statements[:50]],
    "open": lambda one: minimal_patterns(document_grants(one, SMALL).actions, wildcards=Wildcards.OPEN),
    "fit": lambda one: fit(one, SMALL, limit=6144, documents=10),
    "simulate": lambda one: simulate(_LONG, Policies.of([one])),
    "rewrite": lambda one: rewrite(one, {0: _GET}),
}


def _draw_read(rng: Random) -> Case:
    kind = rng.choice(tuple(DocumentKind) if rng.random() < 0.2 else (DocumentKind.IDENTITY,))  # noqa: PLR2004
    return {"text": draws.broken(rng), "kind": kind.value}


def _draw_changes(rng: Random) -> Case:
    changes = {
        str(index): rng.choice((None, draws.action_patterns(rng) or ["s3:*"])) for index in range(rng.randint(0, 4))
    }
    return {"text": rng.choice((draws.text, draws.broken))(rng), "changes": changes}


def _draw_sets(rng: Random) -> Case:
    plus, minus = draws.action_patterns(rng, 8), draws.action_patterns(rng)
    return {"plus": plus, "minus": minus, "negated": rng.random() < 0.2, "large": rng.random() < 0.02}  # noqa: PLR2004


def _draw_pair(rng: Random) -> Case:
    new = draws.text(rng)
    old = draws.relative(rng, new) if rng.random() < 0.8 else draws.text(rng)  # noqa: PLR2004
    return {"new": new, "old": old, "requests": [draws.request(rng, rng.choice((new, old))) for _ in range(12)]}


def _draw_principals(rng: Random) -> Case:
    def one(base: str) -> dict[str, list[str]]:
        texts = iter([base, *(draws.relative(rng, base) for _ in range(4))])
        counts = {"identity": rng.randint(1, 2), "boundary": rng.randint(0, 1), "session": rng.randint(0, 1)}
        found = {kind: [next(texts) for _ in range(count)] for kind, count in counts.items()}
        return found | {"levels": [json.dumps(draws.document(rng)) for _ in range(rng.randint(0, 1))]}

    base = json.dumps(draws.document(rng))
    return {"new": one(base), "old": one(base), "requests": [draws.request(rng, base) for _ in range(12)]}


def _draw_simulate(rng: Random) -> Case:
    text = draws.text(rng)
    more = json.dumps({"Statement": [draws.statement(rng) | {"Effect": "Deny"}]})
    return {"text": text, "more": more, "requests": [draws.request(rng, text) for _ in range(12)]}


def _draw_fit(rng: Random) -> Case:
    text = draws.text(rng)
    limit, documents = rng.choice((100, 200, 400, 2048, 6144)), rng.choice((1, 1, 3, 10))
    return {
        "text": text,
        "limit": limit,
        "documents": documents,
        "requests": [draws.request(rng, text) for _ in range(6)],
    }


def _draw_hostile(rng: Random) -> Case:
    shape, text = draws.hostile(rng)
    return {"step": rng.choice(tuple(_STEPS)), "shape": f"{shape}, {len(text):,} characters", "text": text}


CLAIMS = {
    "read": Claim(_draw_read, check_read, 30),
    "render": Claim(lambda rng: {"text": rng.choice((draws.text, draws.broken))(rng)}, check_render, 10),
    "accepted": Claim(lambda rng: {"text": draws.text(rng)}, check_accepted, 5),
    "rewrite": Claim(_draw_changes, check_rewrite, 10),
    "minimize": Claim(_draw_sets, check_minimize, 15),
    "sets": Claim(_draw_sets, check_sets, 10),
    "compare": Claim(_draw_pair, check_compare, 25),
    "principals": Claim(_draw_principals, check_principals, 10),
    "simulate": Claim(_draw_simulate, check_simulate, 10),
    "fit": Claim(_draw_fit, check_fit, 5),
    "hostile": Claim(_draw_hostile, check_hostile, 3, is_slow=True),
}
"""By name."""
