"""The IAM operations that moto lacks, or answers too kindly: reports, and details of the whole account."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from leastwise.sandbox.account import Entity, HeldPolicy
from leastwise.sandbox.actions import glob, services
from leastwise.sandbox.details import Details, detail_refs
from leastwise.sandbox.granting import grants_service
from leastwise.sandbox.house import Caller, House
from leastwise.sandbox.jobs import Granularity, Job
from leastwise.sandbox.paging import item_limit
from leastwise.sandbox.refusals import access_denied, constraint, invalid_input
from leastwise.sandbox.rendering import Raw, Value, instant
from leastwise.sandbox.reports import Report, take_report

__all__ = ["REPORT_OPERATIONS", "Call"]

_ARN_LEAST, _ARN_MOST = 20, 2048
_JOB_ID_SIZE = 36
_NAMESPACES_MOST = 200
_NAMESPACE_MOST = 64
_ROWS_A_PAGE = 200
_ITEMS_A_PAGE = 100


class Call:
    """One call: its parameters as they came in the form, and who made it."""

    def __init__(self, house: House, caller: Caller, form: Mapping[str, str]) -> None:
        self.house = house
        """The sandbox."""
        self.caller = caller
        """Who signed it."""
        self._form = form

    def text(self, name: str) -> str | None:
        """A parameter's text, or None where it was not given."""
        return self._form.get(name)

    def required(self, name: str) -> str:
        """A parameter that must be there.

        Raises:
            Refusal: it is not.
        """
        value = self._form.get(name)
        if value is None:
            raise constraint(_member(name), "Member must not be null")
        return value

    def many(self, name: str) -> list[str]:
        """The members of a list parameter, in order."""
        prefix = f"{name}.member."
        numbered = [(int(key[len(prefix) :]), value) for key, value in self._form.items() if key.startswith(prefix)]
        return [value for _, value in sorted(numbered)]


def _member(name: str) -> str:
    return name[0].lower() + name[1:]


def _arn(call: Call) -> str:
    arn = call.required("Arn")
    if len(arn) < _ARN_LEAST:
        raise constraint("arn", f"Member must have length greater than or equal to {_ARN_LEAST}")
    if len(arn) > _ARN_MOST:
        raise constraint("arn", f"Member must have length less than or equal to {_ARN_MOST}")
    return arn


def _job(call: Call) -> Job:
    job_id = call.required("JobId")
    if len(job_id) < _JOB_ID_SIZE:
        raise constraint("jobId", f"Member must have length greater than or equal to {_JOB_ID_SIZE}")
    if len(job_id) > _JOB_ID_SIZE:
        raise constraint("jobId", f"Member must have length less than or equal to {_JOB_ID_SIZE}")
    return call.house.jobs.find(job_id, session=call.caller.session)


def _granularity(call: Call) -> Granularity:
    asked = call.text("Granularity")
    if asked is None or asked == "SERVICE_LEVEL":
        return "SERVICE_LEVEL"
    if asked == "ACTION_LEVEL":
        return "ACTION_LEVEL"
    raise constraint("granularity", "Member must satisfy enum value set: [SERVICE_LEVEL, ACTION_LEVEL]")


def _matches(patterns: Sequence[str], arn: str) -> bool:
    return any(glob(pattern).fullmatch(arn) for pattern in patterns)


def generate_service_last_accessed_details(call: Call) -> Mapping[str, Value]:
    """Starts a report and takes its content at once, since later changes do not alter it."""
    arn, granularity = _arn(call), _granularity(call)
    house, options = call.house, call.house.options
    entity = house.account.find(arn, caller=call.caller.shown_arn)
    if _matches(options.deny_reports, entity.arn):
        operation = "iam:GenerateServiceLastAccessedDetails"
        raise access_denied(call.caller.shown_arn, operation, entity.arn)
    now = house.now
    report = take_report(house.account, house.ledger, entity, granularity=granularity, now=now)
    job = _new_job(call, entity, report, granularity=granularity, now=now)
    house.jobs.add(job)
    return {"JobId": job.id}


def _new_job(call: Call, entity: Entity, report: Report, *, granularity: Granularity, now: datetime) -> Job:
    house, options = call.house, call.house.options
    lost = entity.arn not in house.lost and _matches(options.lose_jobs, entity.arn)
    if lost:
        house.lost.add(entity.arn)
    return Job(
        id=house.jobs.next_id(),
        owner="a session that has ended" if lost else call.caller.session,
        granularity=granularity,
        created_at=now,
        ready_at=now + timedelta(seconds=options.job_seconds),
        rows=report.rows,
        entities=report.entities,
        failed=_matches(options.fail_jobs, entity.arn),
    )


def _pending(job: Job) -> Mapping[str, Value]:
    return {"IsTruncated": False, "JobStatus": "IN_PROGRESS", "JobCreationDate": instant(job.created_at)}


def _failure(job: Job) -> Mapping[str, Value]:
    return {
        "IsTruncated": False,
        "JobStatus": "FAILED",
        "JobCreationDate": instant(job.created_at),
        "JobCompletionDate": instant(job.ready_at),
        "Error": {"Code": "InternalFailure", "Message": "The report could not be generated. Try again later."},
    }


def _completed(job: Job, marker: str | None) -> Mapping[str, Value]:
    return {
        "IsTruncated": marker is not None,
        "Marker": marker,
        "JobStatus": "COMPLETED",
        "JobCreationDate": instant(job.created_at),
        "JobCompletionDate": instant(job.ready_at),
    }


def get_service_last_accessed_details(call: Call) -> Mapping[str, Value]:
    """A page of a report; while it is pending, neither its type nor any row."""
    limit = item_limit(call.text("MaxItems"), default=_ROWS_A_PAGE)
    job = _job(call)
    if call.house.now < job.ready_at:
        return _pending(job)
    if job.failed:
        return {**_failure(job), "JobType": job.granularity}
    page = call.house.pager.page(job.rows, of=job.id, marker=call.text("Marker"), limit=limit)
    rows = Raw("".join(page.items))
    return {**_completed(job, page.marker), "JobType": job.granularity, "ServicesLastAccessed": rows}


def _namespace(text: str) -> str:
    if not text:
        raise constraint("serviceNamespace", "Member must have length greater than or equal to 1")
    if len(text) > _NAMESPACE_MOST:
        raise constraint("serviceNamespace", f"Member must have length less than or equal to {_NAMESPACE_MOST}")
    if not _is_word(text):
        raise constraint("serviceNamespace", r"Member must satisfy regular expression pattern: [\w-]*")
    if text not in services().namespaces:
        raise invalid_input(f"Service namepace {text} is either invalid or unsupported.")
    return text


def _is_word(text: str) -> bool:
    return text.replace("-", "").replace("_", "").isalnum()


def get_service_last_accessed_details_with_entities(call: Call) -> Mapping[str, Value]:
    """Which users and roles of a report used one service; those that are gone by now are left out."""
    limit = item_limit(call.text("MaxItems"), default=_ITEMS_A_PAGE)
    namespace = _namespace(call.required("ServiceNamespace"))
    job = _job(call)
    if call.house.now < job.ready_at:
        return _pending(job)
    if job.failed:
        return _failure(job)
    present = _entity_details(call, job.entities.get(namespace, {}))
    page = call.house.pager.page(present, of=f"{job.id}/entities", marker=call.text("Marker"), limit=limit)
    return {**_completed(job, page.marker), "EntityDetailsList": page.items}


def _entity_details(call: Call, uses: Mapping[str, datetime | None]) -> list[Mapping[str, Value]]:
    found = [(call.house.account.by_id(identifier), at) for identifier, at in uses.items()]
    return [{"EntityInfo": _entity_info(entity), "LastAuthenticated": at} for entity, at in found if entity]


def _entity_info(entity: Entity) -> Mapping[str, Value]:
    return {
        "Arn": entity.arn,
        "Name": entity.name,
        "Type": entity.kind.upper(),
        "Id": entity.id,
        "Path": entity.path,
    }


def _namespaces(call: Call) -> list[str]:
    asked = call.many("ServiceNamespaces")
    if not asked:
        raise constraint("serviceNamespaces", "Member must not be null")
    if len(asked) > _NAMESPACES_MOST:
        raise constraint("serviceNamespaces", f"Member must have length less than or equal to {_NAMESPACES_MOST}")
    if not all(_is_word(name) and len(name) <= _NAMESPACE_MOST for name in asked):
        lengths = "Member must have length less than or equal to 64, Member must have length greater than or equal to 1"
        pattern = r"Member must satisfy regular expression pattern: [\w-]*, Member must not be null"
        raise constraint("serviceNamespaces", f"Member must satisfy constraint: [{lengths}, {pattern}]")
    unknown = [name for name in dict.fromkeys(asked) if name not in services().namespaces]
    if unknown:
        raise invalid_input(f"Invalid service namespace: [{', '.join(unknown)}]")
    return list(dict.fromkeys(asked))


def list_policies_granting_service_access(call: Call) -> Mapping[str, Value]:
    """Which policies of a principal grant each service, in the order asked; each document is judged by itself."""
    arn, namespaces = _arn(call), _namespaces(call)
    if arn.endswith(":root"):
        raise invalid_input(f"Could not extract entity from ARN : {arn}")
    entity = call.house.account.find(arn, caller=call.caller.shown_arn)
    if entity.kind == "policy":
        raise invalid_input(f"Invalid Entity Arn: {arn} is not supported.")
    held = call.house.account.held_by(entity)
    rows = [_granting(namespace, held) for namespace in namespaces]
    page = call.house.pager.page(rows, of=f"grants/{entity.id}", marker=call.text("Marker"), limit=_NAMESPACES_MOST)
    return {
        "IsTruncated": page.marker is not None,
        "Marker": page.marker,
        "PoliciesGrantingServiceAccess": page.items,
    }


def _granting(namespace: str, held: Sequence[HeldPolicy]) -> Mapping[str, Value]:
    granting = [_granting_policy(policy) for policy in held if grants_service(policy.document, namespace)]
    return {"ServiceNamespace": namespace, "Policies": granting}


def _granting_policy(policy: HeldPolicy) -> Mapping[str, Value]:
    if policy.holder is None:
        return {"PolicyName": policy.name, "PolicyType": "MANAGED", "PolicyArn": policy.arn}
    holder = policy.holder
    return {
        "PolicyName": policy.name,
        "PolicyType": "INLINE",
        "EntityType": holder.kind.upper(),
        "EntityName": holder.name,
    }


_DETAIL_LISTS = {"User": "UserDetailList", "Group": "GroupDetailList", "Role": "RoleDetailList"}


def get_account_authorization_details(call: Call) -> Mapping[str, Value]:
    """A page of users, groups, roles and policies, in this order."""
    limit = item_limit(call.text("MaxItems"), default=_ITEMS_A_PAGE)
    house = call.house
    refs = detail_refs(house.account, call.many("Filter"))
    page = house.pager.page(refs, of="account", marker=call.text("Marker"), limit=limit)
    lists: dict[str, list[Value]] = {name: [] for name in (*_DETAIL_LISTS.values(), "Policies")}
    details = Details(house.account, house.ledger, now=house.now)
    for ref in page.items:
        lists[_DETAIL_LISTS.get(ref.kind, "Policies")].append(details.of(ref))
    return {"IsTruncated": page.marker is not None, "Marker": page.marker, **lists}


def generate_credential_report(call: Call) -> Mapping[str, Value]:
    """Starts a credential report, or says how far it is."""
    state = call.house.credential_reports.generate(call.house.now)
    started = "No report exists. Starting a new report generation task"
    return {"State": state, "Description": started if state == "STARTED" else None}


def get_credential_report(call: Call) -> Mapping[str, Value]:
    """The credential report's bytes."""
    content, made_at = call.house.credential_reports.get(call.house.now)
    return {"Content": content, "ReportFormat": "text/csv", "GeneratedTime": made_at}


REPORT_OPERATIONS: Mapping[str, Callable[[Call], Mapping[str, Value]]] = {
    "GenerateServiceLastAccessedDetails": generate_service_last_accessed_details,
    "GetServiceLastAccessedDetails": get_service_last_accessed_details,
    "GetServiceLastAccessedDetailsWithEntities": get_service_last_accessed_details_with_entities,
    "ListPoliciesGrantingServiceAccess": list_policies_granting_service_access,
    "GetAccountAuthorizationDetails": get_account_authorization_details,
    "GenerateCredentialReport": generate_credential_report,
    "GetCredentialReport": get_credential_report,
}
"""The operations of this module, by AWS's name."""
