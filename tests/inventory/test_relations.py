"""Laws and examples of who is reached by which policy."""

from hypothesis import given, settings

from inventory_samples import account, accounts, attached, group, managed, role, says, user
from leastwise.inventory import GrantIndex, Relations, Snapshot, attached_to
from policy_strategies import SMALL

READ, CAP = managed("Read", says()), managed("Cap", says())
OPS = group("ops", attached=attached(READ))
ANN, BOB = user("ann", groups=("ops",)), user("bob", attached=attached(READ), boundary=CAP.arn)
JOB = role("job", attached=attached(READ), boundary=CAP.arn)
SNAPSHOT = account(users=[ANN, BOB], roles=[JOB], groups=[OPS], policies=[READ, CAP])


@settings(deadline=None, max_examples=30)
@given(accounts())
def test_a_policy_reaches_exactly_those_who_hold_it(snapshot: Snapshot) -> None:
    relations, index = Relations(snapshot), GrantIndex(SMALL, snapshot)
    for policy in snapshot.policies:
        holders = {
            principal.arn
            for principal in snapshot.principals()
            if any(holding.policy == policy.arn for holding in index.holdings(principal))
        }
        assert set(relations.reached_principals(policy.arn)) == holders


def test_attachments_are_listed_by_policy() -> None:
    assert attached_to(SNAPSHOT) == {READ.arn: (OPS.arn, JOB.arn, BOB.arn)}
    assert Relations(SNAPSHOT).attached_to == attached_to(SNAPSHOT)


def test_boundaries_are_listed_by_policy() -> None:
    assert Relations(SNAPSHOT).boundary_of == {CAP.arn: (JOB.arn, BOB.arn)}


def test_members_are_found_by_group_and_by_its_name() -> None:
    assert Relations(SNAPSHOT).members(OPS) == Relations(SNAPSHOT).members("ops") == (ANN.arn,)
    assert Relations(SNAPSHOT).members("none") == ()


def test_a_policy_of_a_group_reaches_its_members() -> None:
    assert Relations(SNAPSHOT).reached_principals(READ.arn) == (OPS.arn, JOB.arn, ANN.arn, BOB.arn)
    assert Relations(SNAPSHOT).reached_principals(CAP.arn) == ()
