"""Our parsers say what botocore's parser says of the same bytes."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aws.expected_records import EXPECTED
from aws.query_protocol import Layout, answer_values, layouts, operation_model, parse_with_botocore, write_answer
from leastwise.aws import LastAccessedPage
from leastwise.aws.answer_xml import MalformedAnswerError
from leastwise.aws.read_account import (
    read_account_aliases,
    read_account_summary,
    read_caller_identity,
    read_credential_report,
    read_credential_report_state,
    read_job_id,
    read_policies_granting_page,
)
from leastwise.aws.read_authorization import decode_document, read_authorization_page
from leastwise.aws.read_last_accessed import read_entities_page, read_last_accessed_page
from leastwise.aws.shared_rows import SharedRows

PLAIN = Layout("default", indented=False, self_closing=True, numeric_entities=False, commented=False)

READERS: dict[str, Callable[[bytes], object]] = {
    "GetAccountAuthorizationDetails": read_authorization_page,
    "GetServiceLastAccessedDetails": lambda body: read_last_accessed_page(body, SharedRows()),
    "GetServiceLastAccessedDetailsWithEntities": read_entities_page,
    "ListPoliciesGrantingServiceAccess": read_policies_granting_page,
    "GenerateServiceLastAccessedDetails": read_job_id,
    "GenerateCredentialReport": read_credential_report_state,
    "GetCredentialReport": read_credential_report,
    "GetAccountSummary": read_account_summary,
    "ListAccountAliases": read_account_aliases,
    "GetCallerIdentity": read_caller_identity,
}


@pytest.mark.parametrize("operation", sorted(READERS))
@given(data=st.data(), layout=layouts)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_our_parser_agrees_with_botocores_on_the_same_bytes(
    operation: str, data: st.DataObject, layout: Layout
) -> None:
    model = operation_model("sts" if operation == "GetCallerIdentity" else "iam", operation)
    assert model.output_shape is not None
    body = write_answer(model, data.draw(answer_values(model.output_shape)), layout)
    assert READERS[operation](body) == EXPECTED[operation](parse_with_botocore(model, body))


@given(st.text(st.characters(codec="utf-8")))
def test_a_document_is_decoded_once(document: str) -> None:
    assert decode_document(quote(document, safe="")) == document
    assert decode_document(quote(quote(document, safe=""), safe="")) == quote(document, safe="")


@pytest.mark.parametrize("encoded", ["%7b%22a%22%3a1%7d", "a+b%20c", "%", "%2", "%zz", "100%25", "%C3%A9", "%2522"])
def test_odd_encodings_decode_as_the_standard_library_decodes_them(encoded: str) -> None:
    from urllib.parse import unquote  # noqa: PLC0415 - the oracle of this test alone

    assert decode_document(encoded) == unquote(encoded)


def last_accessed(services: str, *, truncated: str = "") -> bytes:
    return (
        "<GetServiceLastAccessedDetailsResponse><GetServiceLastAccessedDetailsResult>"
        "<JobStatus>COMPLETED</JobStatus><JobCreationDate>2026-11-24T12:00:00Z</JobCreationDate>"
        f"<ServicesLastAccessed>{services}</ServicesLastAccessed>{truncated}"
        "</GetServiceLastAccessedDetailsResult></GetServiceLastAccessedDetailsResponse>"
    ).encode()


def service(namespace: str, actions: str = "") -> str:
    return (
        f"<member><ServiceName>{namespace}</ServiceName><ServiceNamespace>{namespace}</ServiceNamespace>"
        f"<TotalAuthenticatedEntities>0</TotalAuthenticatedEntities>{actions}</member>"
    )


def read(body: bytes, shared: SharedRows | None = None) -> LastAccessedPage:
    return read_last_accessed_page(body, shared or SharedRows())


LISTED = "<TrackedActionsLastAccessed><member><ActionName>Get</ActionName></member></TrackedActionsLastAccessed>"


def test_the_three_states_of_an_action_stay_apart() -> None:
    used = (
        "<TrackedActionsLastAccessed><member><ActionName>Get</ActionName></member><member><ActionName>Put</ActionName>"
        "<LastAccessedTime>2026-11-01T00:00:00Z</LastAccessedTime></member></TrackedActionsLastAccessed>"
    )
    untracked, empty, tracked = read(
        last_accessed(service("a") + service("b", "<TrackedActionsLastAccessed/>") + service("c", used))
    ).services
    assert untracked.tracked is None
    assert empty.tracked is not None
    assert empty.tracked.names == ()
    assert tracked.tracked is not None
    assert tracked.tracked.names == ("Get", "Put")
    assert [use.name for use in tracked.tracked.used] == ["Put"]
    assert tracked.tracked.used[0].at == datetime(2026, 11, 1, tzinfo=UTC)


def test_reports_share_their_unused_rows_and_their_names() -> None:
    shared = SharedRows()
    body = last_accessed(service("a", LISTED) + service("b", LISTED))
    first, second = read(body, shared).services, read(body, shared).services
    assert first[0] is second[0]
    assert first[0].tracked is not None
    assert first[1].tracked is not None
    assert first[0].tracked.names is first[1].tracked.names


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "no XML"),
        (b"<html><body>blocked</body>", "no XML"),
        (b"<!DOCTYPE html><html></html>", "document type"),
        (b"<GetAccountSummaryResponse/>", "GetServiceLastAccessedDetailsResult"),
        (last_accessed("<member><ServiceName>S3</ServiceName></member>"), "ServiceNamespace"),
        (last_accessed(service("s3", LISTED.replace("ActionName", "Other"))), "ActionName"),
        (last_accessed("").replace(b"COMPLETED", b"RESTING"), "RESTING"),
        (last_accessed("").replace(b"2026-11-24T12:00:00Z", b"yesterday"), "yesterday"),
        (last_accessed(service("s3")).replace(b">0<", b">none<"), "none"),
    ],
)
def test_an_answer_that_is_not_as_documented_is_refused_and_says_why(body: bytes, what: str) -> None:
    with pytest.raises(MalformedAnswerError, match=what):
        read(body)


@pytest.mark.parametrize("written", ["2026-11-24T13:00:00+01:00", "2026-11-24T12:00:00", " 2026-11-24T12:00:00.000Z "])
def test_times_come_out_in_utc_whatever_the_zone(written: str) -> None:
    page = read(last_accessed("").replace(b"2026-11-24T12:00:00Z", written.encode()))
    assert page.created_at == datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert page.created_at.tzinfo is UTC


def test_an_external_entity_is_not_resolved() -> None:
    body = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'
    with pytest.raises(MalformedAnswerError):
        read(body)
