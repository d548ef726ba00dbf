"""Which principals a selection takes."""

import pytest
from msgspec import structs

from inventory_samples import role, user
from leastwise.inventory import Selection
from leastwise.policy import Arn

DEPLOY, ANN = role("ci-deploy"), user("ann")


@pytest.mark.parametrize(
    ("include", "exclude", "takes_role", "takes_user"),
    [
        ((), (), True, True),
        (("ci-*",), (), True, False),
        (("role/*",), (), True, False),
        (("*:user/ann",), (), False, True),
        (("arn:aws:iam::111122223333:role/ci-deploy",), (), True, False),
        (("ANN",), (), False, False),
        (("an?",), (), False, True),
        (("ci-*", "ann"), (), True, True),
        (("*",), ("user/*",), True, False),
        ((), ("*",), False, False),
        (("nobody",), (), False, False),
    ],
)
def test_a_pattern_is_held_against_arn_name_and_type(
    include: tuple[str, ...], exclude: tuple[str, ...], *, takes_role: bool, takes_user: bool
) -> None:
    selection = Selection(include, exclude)
    assert selection.takes(DEPLOY) == takes_role
    assert selection.takes(ANN) == takes_user


def test_a_bracket_in_a_pattern_means_itself() -> None:
    assert not Selection(("[a]nn",)).takes(ANN)


def test_a_principal_is_found_by_its_path_too() -> None:
    arn = Arn("arn:aws:iam::111122223333:role/teams/web/front")
    placed = structs.replace(role("front"), arn=arn, path="/teams/web/")
    assert Selection(("role/teams/web/front",)).takes(placed)
    assert Selection(("role/teams/*",)).takes(placed)
    assert not Selection(("role/teams/data/*",)).takes(placed)
