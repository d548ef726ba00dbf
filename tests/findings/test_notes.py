import msgspec

from findings.estate import Estate, Policy, Principal, Report, Service, judged
from leastwise.inventory import InlinePolicy, PolicyText
from leastwise.settings import Settings


def test_a_document_that_is_no_policy_is_named_with_its_fault() -> None:
    snapshot = Estate(roles={"ci": Principal()}).snapshot()
    broken = InlinePolicy("logs", PolicyText("{}", None, "document: no Statement (line 1, column 1)"))
    role = msgspec.structs.replace(snapshot.roles[0], inline=(broken,))
    notes = judged(msgspec.structs.replace(snapshot, roles=(role,)), Estate().evidence()).notes
    assert notes == (
        (
            "inline policy logs of role ci cannot be read, so what it grants is not known: "
            "document: no Statement (line 1, column 1)"
        ),
    )


def test_unknown_services_and_actions_are_named_but_not_those_of_aws() -> None:
    estate = Estate(
        users={"ana": Principal(allow=("nowhere:Do", "s3:GetObjekt", "s3:GetObject"), attached=("AWS",))},
        policies={"AWS": Policy(aws=True, allow=("elsewhere:Do",))},
    )
    assert estate.judged().notes == (
        (
            "inline policy own of user ana names what the catalog does not know: "
            "statement 0: unknown service 'nowhere', statement 0: no known action matches 's3:GetObjekt'"
        ),
    )


def test_reports_that_are_too_old_are_counted() -> None:
    old = Principal(last_used=0, allow=("s3:*",), report=Report({"s3": Service()}, age=20))
    assert Estate(roles={"ci": old}).judged(Settings()).notes == (
        "1 report ended more than 7 days before the scan, and cannot prove that something is unused or stale",
    )


def test_an_account_without_trouble_has_no_notes() -> None:
    assert Estate(roles={"ci": Principal(allow=("s3:*",))}).judged().notes == ()
