"""AWS Config's operations on rules and their results, and the history of IAM's resources.

The requests, answers and errors are those of botocore's model of config 2014-11-12, protocol JSON 1.1. What breaks a
limit of the model is a ValidationException.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct

from leastwise.sandbox.config.items import Item, items_of
from leastwise.sandbox.config.recorder import ConfigRecorder, KeptRule
from leastwise.sandbox.config.results import ComplianceType, Evaluation, Result
from leastwise.sandbox.config.rules import Rule, RuleName, check_rule
from leastwise.sandbox.exchange import Answered, Asked, read_request
from leastwise.sandbox.house import House
from leastwise.sandbox.paging import page_or_refuse
from leastwise.sandbox.refusals import Refusal

__all__ = ["ConfigService"]

_RESULTS_A_PAGE: Final = 10
_RULES_A_PAGE: Final = 25
_Names = Annotated[tuple[RuleName, ...], Meta(max_length=25)]
_Types = Annotated[tuple[ComplianceType, ...], Meta(max_length=3)]


class _PutRule(Struct, frozen=True, rename="pascal"):
    config_rule: Rule


class _OneRule(Struct, frozen=True, rename="pascal"):
    config_rule_name: RuleName


class _Rules(Struct, frozen=True, rename="pascal"):
    config_rule_names: _Names = ()
    compliance_types: _Types = ()
    next_token: str | None = None


class _Start(Struct, frozen=True, rename="pascal"):
    config_rule_names: Annotated[tuple[RuleName, ...], Meta(min_length=1, max_length=25)]


class _PutEvaluations(Struct, frozen=True, rename="pascal"):
    result_token: str
    evaluations: Annotated[tuple[Evaluation, ...], Meta(max_length=100)] = ()
    test_mode: bool = False


class _ResultsOfRule(Struct, frozen=True, rename="pascal"):
    config_rule_name: Annotated[str, Meta(min_length=1, max_length=64)]
    compliance_types: _Types = ()
    limit: Annotated[int, Meta(ge=0, le=100)] = 0
    next_token: str | None = None


class _ResultsOfResource(Struct, frozen=True, rename="pascal"):
    resource_type: Annotated[str, Meta(min_length=1, max_length=256)]
    resource_id: Annotated[str, Meta(min_length=1, max_length=768)]
    compliance_types: _Types = ()
    next_token: str | None = None


class _History(Struct, frozen=True, rename="camel"):
    resource_type: str
    resource_id: Annotated[str, Meta(min_length=1, max_length=768)]
    later_time: float | None = None
    earlier_time: float | None = None
    chronological_order: Literal["Reverse", "Forward"] = "Reverse"
    limit: int = 0


class ConfigService:
    """Answers the calls of AWS Config."""

    def __init__(self, house: House, recorder: ConfigRecorder) -> None:
        self._house, self._recorder = house, recorder
        self._operations: dict[str, Callable[[Asked], Any]] = {
            "DeleteConfigRule": self._delete_rule,
            "DescribeComplianceByConfigRule": self._compliance,
            "DescribeConfigRuleEvaluationStatus": self._status,
            "DescribeConfigRules": self._describe_rules,
            "GetComplianceDetailsByConfigRule": self._results_of_rule,
            "GetComplianceDetailsByResource": self._results_of_resource,
            "GetResourceConfigHistory": self._history,
            "PutConfigRule": self._put_rule,
            "PutEvaluations": self._put_evaluations,
            "StartConfigRulesEvaluation": self._start,
        }

    @property
    def operations(self) -> frozenset[str]:
        """The operations that it answers."""
        return frozenset(self._operations)

    def answer(self, asked: Asked) -> Answered:
        """The answer to one call.

        Raises:
            Refusal: as Config refuses it.
        """
        with self._recorder.lock:
            content = self._operations[asked.operation](asked)
        body = b"" if content is None else msgspec.json.encode(content)
        return Answered(body, content_type="application/x-amz-json-1.1")

    def resources(self, asked: Asked) -> tuple[str, ...]:
        """The ARNs of the rules that a call names; of a rule that is not there, one with its name."""
        body = read_request(asked.request.body, dict[str, Any])
        rule = body.get("ConfigRule")
        named = [body.get("ConfigRuleName"), rule.get("ConfigRuleName") if isinstance(rule, dict) else None]
        names = [*named, *(body.get("ConfigRuleNames") or ())]
        with self._recorder.lock:
            return tuple(self._arn_of(str(name), asked.region) for name in names if name)

    def _arn_of(self, name: str, region: str) -> str:
        kept = self._recorder.find(name, region)
        return str(kept.rule.config_rule_arn) if kept else self._arn(name, region)

    def _arn(self, rule_id: str, region: str) -> str:
        return f"arn:aws:config:{region}:{self._house.account.id}:config-rule/{rule_id}"

    def _found(self, name: str, region: str) -> KeptRule:
        kept = self._recorder.find(name, region)
        if kept is None:
            message = f"The ConfigRule '{name}' provided in the request is invalid. Please check the configRule name."
            raise Refusal(400, "NoSuchConfigRuleException", message)
        return kept

    def _put_rule(self, asked: Asked) -> None:
        rule = read_request(asked.request.body, _PutRule).config_rule
        check_rule(rule)
        kept = self._replaced(rule, asked.region)
        if kept is None:
            rule_id = (
                f"config-rule-{self._house.identifiers.digest('config-rule', str(rule.config_rule_name)).hex()[:6]}"
            )
            name, arn = rule.config_rule_name, self._arn(rule_id, asked.region)
        else:
            name, rule_id, arn = kept.config_rule_name, str(kept.config_rule_id), str(kept.config_rule_arn)
        put = msgspec.structs.replace(
            rule, config_rule_name=name, config_rule_id=rule_id, config_rule_arn=arn, config_rule_state="ACTIVE"
        )
        if not self._recorder.lets_invoke(put):
            message = f"The AWS Lambda function {put.source.source_identifier} cannot be invoked. Check the specified "
            raise Refusal(
                400, "InsufficientPermissionsException", f"{message}function ARN, and check the function's permissions."
            )
        self._recorder.keep(str(name), asked.region, put)

    def _replaced(self, rule: Rule, region: str) -> Rule | None:
        """The rule that a request means by name, id or ARN."""
        given = {rule.config_rule_name, rule.config_rule_id, rule.config_rule_arn} - {UNSET}
        for kept in self._recorder.all(region):
            known = {kept.rule.config_rule_name, kept.rule.config_rule_id, kept.rule.config_rule_arn}
            if given and given <= known:
                return kept.rule
        if given != {rule.config_rule_name} or rule.config_rule_name is UNSET:
            message = "A new rule is given a ConfigRuleName, and neither a ConfigRuleArn nor a ConfigRuleId."
            raise Refusal(400, "InvalidParameterValueException", message)
        return None

    def _delete_rule(self, asked: Asked) -> None:
        name = read_request(asked.request.body, _OneRule).config_rule_name
        self._found(name, asked.region)
        self._recorder.remove(name, asked.region)

    def _named(self, request: _Rules, region: str) -> list[KeptRule]:
        if not request.config_rule_names:
            return self._recorder.all(region)
        return [self._found(name, region) for name in request.config_rule_names]

    def _describe_rules(self, asked: Asked) -> dict[str, Any]:
        request = read_request(asked.request.body, _Rules)
        rows = [_shown(kept) for kept in self._named(request, asked.region)]
        return self._paged(asked, "ConfigRules", rows, token=request.next_token, limit=_RULES_A_PAGE)

    def _compliance(self, asked: Asked) -> dict[str, Any]:
        request = read_request(asked.request.body, _Rules)
        said = [(kept.rule.config_rule_name, kept.results.compliance()) for kept in self._named(request, asked.region)]
        wanted: tuple[str, ...] = request.compliance_types
        rows = [
            {"ConfigRuleName": name, "Compliance": compliance}
            for name, compliance in said
            if not wanted or compliance["ComplianceType"] in wanted
        ]
        return self._paged(asked, "ComplianceByConfigRules", rows, token=request.next_token, limit=_RULES_A_PAGE)

    def _status(self, asked: Asked) -> dict[str, Any]:
        request = read_request(asked.request.body, _Rules)
        rows = [_status_of(kept) for kept in self._named(request, asked.region)]
        return self._paged(asked, "ConfigRulesEvaluationStatus", rows, token=request.next_token, limit=_RULES_A_PAGE)

    def _results_of_rule(self, asked: Asked) -> dict[str, Any]:
        request = read_request(asked.request.body, _ResultsOfRule)
        kept = self._found(request.config_rule_name, asked.region)
        rows = [_result(one) for one in kept.results.all(_filter(request.compliance_types))]
        limit = request.limit or _RESULTS_A_PAGE
        return self._paged(asked, "EvaluationResults", rows, token=request.next_token, limit=limit)

    def _results_of_resource(self, asked: Asked) -> dict[str, Any]:
        request = read_request(asked.request.body, _ResultsOfResource)
        found = [
            kept.results.of(request.resource_type, request.resource_id) for kept in self._recorder.all(asked.region)
        ]
        rows = [
            _result(one)
            for one in found
            if one and (not request.compliance_types or one.evaluation.compliance_type in request.compliance_types)
        ]
        return self._paged(asked, "EvaluationResults", rows, token=request.next_token, limit=_RESULTS_A_PAGE)

    def _paged(self, asked: Asked, name: str, rows: Sequence[Any], *, token: str | None, limit: int) -> dict[str, Any]:
        body = read_request(asked.request.body, dict[str, Any])
        alone = {key: value for key, value in body.items() if key not in {"Limit", "NextToken"}}
        owner = sha256(msgspec.json.encode([asked.operation, asked.region, alone], order="sorted")).hexdigest()
        refusal = Refusal(400, "InvalidNextTokenException", "The specified next token is invalid.")
        page = page_or_refuse(self._house.pager, rows, of=owner, marker=token, limit=limit, refusal=refusal)
        return {name: page.items, **({"NextToken": page.marker} if page.marker else {})}

    def _put_evaluations(self, asked: Asked) -> dict[str, Any]:
        request = read_request(asked.request.body, _PutEvaluations)
        if any(one.compliance_type == "INSUFFICIENT_DATA" for one in request.evaluations):
            message = "INSUFFICIENT_DATA is not a valid ComplianceType of an evaluation."
            raise Refusal(400, "InvalidParameterValueException", message)
        failed = [] if request.test_mode else self._recorder.put(request.result_token, request.evaluations)
        return {"FailedEvaluations": failed}

    def _start(self, asked: Asked) -> dict[str, Any]:
        names = read_request(asked.request.body, _Start).config_rule_names
        rules = [self._found(name, asked.region) for name in dict.fromkeys(names)]
        for kept in rules:
            if kept.asked or self._recorder.rests(kept):
                message = f"An evaluation of the rule {kept.rule.config_rule_name} is in progress, or was just started."
                raise Refusal(400, "LimitExceededException", message)
        for kept in rules:
            self._recorder.start(kept)
        return {}

    def _history(self, asked: Asked) -> dict[str, Any]:
        request = read_request(asked.request.body, _History)
        if not 0 <= request.limit <= 100:  # noqa: PLR2004 - as in the model
            raise Refusal(400, "InvalidLimitException", "The limit must be from 0 to 100.")
        if request.earlier_time and request.later_time and request.earlier_time > request.later_time:
            raise Refusal(400, "InvalidTimeRangeException", "The earlier time is after the later time.")
        found = items_of(self._house, resource_id=request.resource_id)
        items = [item for item in found if item.resource_type == request.resource_type]
        if not items:
            message = (
                f"Resource {request.resource_id} of resourceType:{request.resource_type} is unknown or has not been "
            )
            raise Refusal(400, "ResourceNotDiscoveredException", f"{message}discovered")
        return {"configurationItems": [self._recorded(item) for item in items]}

    def _recorded(self, item: Item) -> dict[str, Any]:
        return {
            "version": "1.3",
            "accountId": self._house.account.id,
            "configurationItemCaptureTime": self._house.now.timestamp(),
            "configurationItemStatus": "OK",
            "configurationStateId": str(int(self._house.now.timestamp() * 1000)),
            "configurationItemMD5Hash": item.state_hash,
            "arn": item.arn,
            "resourceType": item.resource_type,
            "resourceId": item.resource_id,
            "resourceName": item.resource_name,
            "awsRegion": "global",
            "availabilityZone": "Not Applicable",
            "tags": item.tags,
            "relatedEvents": [],
            "relationships": [],
            "configuration": msgspec.json.encode(item.configuration).decode(),
            "supplementaryConfiguration": {},
        }


def _shown(kept: KeptRule) -> Rule:
    return msgspec.structs.replace(kept.rule, config_rule_state="EVALUATING") if kept.asked else kept.rule


def _filter(types: tuple[ComplianceType, ...]) -> tuple[ComplianceType, ...]:
    if "INSUFFICIENT_DATA" in types:
        message = "The allowed values of ComplianceTypes are COMPLIANT, NON_COMPLIANT, and NOT_APPLICABLE."
        raise Refusal(400, "InvalidParameterValueException", message)
    return types


def _status_of(kept: KeptRule) -> dict[str, Any]:
    times = {
        name: value if isinstance(value, str) else value.timestamp() for name, value in sorted(kept.status.items())
    }
    return {
        "ConfigRuleName": kept.rule.config_rule_name,
        "ConfigRuleArn": kept.rule.config_rule_arn,
        "ConfigRuleId": kept.rule.config_rule_id,
        "FirstEvaluationStarted": bool(kept.status) or bool(kept.asked),
        **times,
    }


def _result(one: Result) -> dict[str, Any]:
    evaluation = one.evaluation
    qualifier = {
        "ConfigRuleName": one.rule_name,
        "ResourceType": evaluation.compliance_resource_type,
        "ResourceId": evaluation.compliance_resource_id,
        "EvaluationMode": "DETECTIVE",
    }
    return {
        "EvaluationResultIdentifier": {
            "EvaluationResultQualifier": qualifier,
            "OrderingTimestamp": evaluation.ordering_timestamp,
        },
        "ComplianceType": evaluation.compliance_type,
        "ResultRecordedTime": one.recorded_at.timestamp(),
        "ConfigRuleInvokedTime": one.invoked_at.timestamp(),
        **({"Annotation": evaluation.annotation} if evaluation.annotation else {}),
    }
