"""Both halves of a proof in sentences, for someone whose permissions are reduced."""

from typing import Final

from leastwise.plan import Change, Plan, Proof, ProofMethod
from leastwise.report.phrases import count
from leastwise.report.plan.facts import LIFTING, goes_words

__all__ = ["first_half", "second_half"]

_FIRST: Final = {
    ProofMethod.COMPARED: "The text that is to be sent was read and compared with the live one, on the patterns of "
    "both. It allows nothing that the live one does not allow, for actions that AWS has not invented yet, too.",
    ProofMethod.WITHDRAWN: "Grants are taken away and nothing is put in their place. No Deny is among what goes, so "
    "that nothing becomes allowed which was denied.",
    ProofMethod.DENIED: "Only a Deny is added, and a Deny never allows anything.",
    ProofMethod.NEEDLESS: "Only a Deny goes, and no other policy of those who hold it allows anything of what it "
    "denies. Policies of resources that name them were not looked at.",
    ProofMethod.RESTORED: "Something may be granted again: a Deny goes, and lifting gives back what other policies "
    "grant, and no more than they do.",
    ProofMethod.NO_PERMISSION: "No policy changes: it is only about who may come in.",
}


def first_half(change: Change) -> str:
    """How it was shown that nothing is granted that was not granted before."""
    proof = change.proof
    checked = f" {count(proof.checked, 'statement')} {_were(proof.checked)} looked at." if proof.checked else ""
    return f"{_FIRST[proof.method]}{checked}"


def second_half(change: Change, plan: Plan) -> str:
    """How it was shown that nothing goes which someone uses, whoever that is."""
    proof = change.proof
    if proof.method is ProofMethod.NO_PERMISSION:
        return f"What goes was not used in {count(plan.parameters.unused_days, 'day')}: {goes_words(change)}."
    if proof.method in LIFTING:
        return "Only a Deny goes, and no grant is taken away."
    if not proof.principals:
        return "Nobody holds it, so that nobody can use it."
    return (
        f"Everything that is in use, protected, or not known to be unused stays granted. {_figures(proof)} "
        f"This was shown for {_whom(len(proof.principals))}, by what is known of its use."
    )


def _whom(number: int) -> str:
    return (
        "the one that it reaches" if number == 1 else f"each of the {number:,} users and roles that it reaches, alone"
    )


def _figures(proof: Proof) -> str:
    kept = f"{count(proof.kept, 'known action')} {'stays' if proof.kept == 1 else 'stay'}; " if proof.kept else ""
    verb = "is" if proof.removed == 1 else "are"
    return f"{kept}{count(proof.removed, 'known action')} {verb} granted no more, or by fewer statements than before."


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
