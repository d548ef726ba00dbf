"""The rules of AWS Config with their results: who is asked, with which token, and what came back.

As in AWS Config: a rule's function must let Config invoke it; a result token belongs to one asking of one rule; an
evaluation of an earlier event never overwrites one of a later. Unlike there: a rule is asked when
StartConfigRulesEvaluation is called, or a test says so, and neither by the clock nor when it is made; every user, role,
group and own policy of the account counts as recorded.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import RLock
from typing import Any, Final

import msgspec

from leastwise.errors import SandboxError
from leastwise.sandbox.config.events import ChangeType, change, event, oversized_change, schedule
from leastwise.sandbox.config.items import Item, items_of
from leastwise.sandbox.config.results import Evaluation, Result, Results
from leastwise.sandbox.config.rules import Change, MessageType, Rule, is_changed_by, is_in_scope, is_periodic
from leastwise.sandbox.failing import Failing
from leastwise.sandbox.functions.functions import Functions
from leastwise.sandbox.functions.runs import Run
from leastwise.sandbox.house import House
from leastwise.sandbox.refusals import Refusal

__all__ = ["ConfigRecorder", "KeptRule"]

_SERVICE: Final = "config.amazonaws.com"
_REGION: Final = "us-east-1"


class KeptRule:
    """A rule with what is known of it."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        """What was put."""
        self.results = Results()
        """The latest evaluation of each resource."""
        self.asked = 0
        """Invocations of its function that have not ended."""
        self.started_at: datetime | None = None
        """When StartConfigRulesEvaluation was last called for it."""
        self.status: dict[str, datetime | str] = {}
        """How its last invocations went, as DescribeConfigRuleEvaluationStatus says it."""


class _Asking(msgspec.Struct, frozen=True):
    kept: KeptRule
    at: datetime


class ConfigRecorder:
    """The rules of one account, by region; safe to use from several threads."""

    def __init__(self, house: House, functions: Functions) -> None:
        self._house, self._functions = house, functions
        self._rules: dict[tuple[str, str], KeptRule] = {}
        self._tokens: dict[str, _Asking] = {}
        self._items: dict[str, Item] = {}
        self._failing = Failing(house.options.fail_evaluations, times=house.options.fail_times)
        self.lock = RLock()
        """Held while something is read or changed."""

    def evaluations(self, rule_name: str, *, region: str = _REGION) -> tuple[Result, ...]:
        """The latest evaluation of each resource by a rule, by type and id.

        Raises:
            SandboxError: there is no such rule.
        """
        with self.lock:
            return tuple(self._known(rule_name, region).results.all())

    def ask(self, rule_name: str, *, region: str = _REGION) -> str:
        """The result token with which a periodic rule is asked now, as if its time had come.

        Raises:
            SandboxError: there is no such rule.
        """
        with self.lock:
            return self._ask(self._known(rule_name, region), self._schedule())

    def tell_of_change(
        self,
        rule_name: str,
        resource_id: str,
        *,
        kind: ChangeType = "UPDATE",
        oversized: bool = False,
        left_scope: bool = False,
        region: str = _REGION,
    ) -> str:
        """The result token with which a rule is told of a user, role, group or policy, by unique id.

        Whether the rule asked for such events and has it in its scope is not looked at. One that is gone must have been
        seen by `look_around`, by an evaluation, or by an earlier change.

        Raises:
            SandboxError: there is no such rule, or no such resource was ever seen.
        """
        with self.lock:
            kept, item = self._known(rule_name, region), self._seen(resource_id)
            form = oversized_change if oversized else change
            invoking = form(item, kind, account_id=self._house.account.id, now=self._house.now)
            return self._ask(kept, invoking, left_scope=left_scope)

    def look_around(self) -> list[Item]:
        """Every user, role, group and own policy that is there now; their ids are kept for when they are gone."""
        items = items_of(self._house)
        with self.lock:
            self._items.update({item.resource_id: item for item in items})
        return items

    def find(self, name: str, region: str) -> KeptRule | None:
        """The rule of this name, or None; hold the lock."""
        return self._rules.get((region, name))

    def all(self, region: str) -> list[KeptRule]:
        """The region's rules by name; hold the lock."""
        return [self._rules[key] for key in sorted(self._rules) if key[0] == region]

    def keep(self, name: str, region: str, rule: Rule) -> None:
        """Keep a rule, with the results of the one that it replaces; hold the lock."""
        kept = self._rules.get((region, name))
        if kept is None:
            self._rules[region, name] = KeptRule(rule)
        else:
            kept.rule = rule

    def remove(self, name: str, region: str) -> None:
        """Take a rule away, with its results; hold the lock."""
        del self._rules[region, name]

    def lets_invoke(self, rule: Rule) -> bool:
        """Whether the rule's function is there and lets Config invoke it for this rule."""
        function, arn = rule.source.source_identifier or "", rule.config_rule_arn or ""
        return self._functions.lets(_SERVICE, function, source_arn=arn)

    def start(self, kept: KeptRule) -> None:
        """Ask a rule now: as if its time had come, and of each resource that it wants to hear of; hold the lock."""
        kept.started_at = self._house.now
        items, rule = self.look_around(), kept.rule
        if is_periodic(rule):
            self._ask(kept, self._schedule())
        message: MessageType = "ConfigurationItemChangeNotification"
        for item in items if is_changed_by(rule, message) else ():
            if is_in_scope(rule, Change(item.resource_type, item.resource_id), tags=item.tags):
                self._ask(kept, change(item, "UPDATE", account_id=self._house.account.id, now=self._house.now))

    def rests(self, kept: KeptRule) -> bool:
        """Whether StartConfigRulesEvaluation was called for the rule too short a time ago; hold the lock."""
        pause = timedelta(seconds=self._house.options.evaluation_pause_seconds)
        return kept.started_at is not None and self._house.now < kept.started_at + pause

    def put(self, token: str, evaluations: tuple[Evaluation, ...]) -> list[Evaluation]:
        """The evaluations that are not accepted; the others are kept for the rule of the token; hold the lock.

        Raises:
            Refusal: nobody was given this token, or its rule is gone.
        """
        asking = self._tokens.get(token)
        if asking is None:
            raise Refusal(400, "InvalidResultTokenException", "The Result Token provided is invalid.")
        kept = asking.kept
        if kept not in self._rules.values():
            raise Refusal(400, "NoSuchConfigRuleException", "The rule of the result token is not there any more.")
        failed = [one for one in evaluations if self._failing.hits(one.compliance_resource_id)]
        for evaluation in evaluations:
            if evaluation not in failed:
                kept.results.put(self._result(kept, evaluation, asking.at))
        kept.status["LastFailedEvaluationTime" if failed else "LastSuccessfulEvaluationTime"] = self._house.now
        return failed

    def _result(self, kept: KeptRule, evaluation: Evaluation, invoked_at: datetime) -> Result:
        name = str(kept.rule.config_rule_name)
        return Result(rule_name=name, evaluation=evaluation, recorded_at=self._house.now, invoked_at=invoked_at)

    def _schedule(self) -> Mapping[str, Any]:
        return schedule(account_id=self._house.account.id, now=self._house.now)

    def _ask(self, kept: KeptRule, invoking: Mapping[str, Any], *, left_scope: bool = False) -> str:
        token = (self._house.identifiers.digest("result-token", "") * 4).hex()
        self._tokens[token] = _Asking(kept, self._house.now)
        function = self._functions.find(kept.rule.source.source_identifier or "")
        if function is None or not self.lets_invoke(kept.rule):
            self._note(kept, failure=("AccessDenied", "The Lambda function of the rule cannot be invoked."))
            return token
        told = event(kept.rule, invoking, account_id=self._house.account.id, token=token, left_scope=left_scope)
        kept.asked += 1
        self._functions.invoke_later(function, told, then=self._ended(kept))
        return token

    def _ended(self, kept: KeptRule) -> Callable[[Run], None]:
        def ended(run: Run) -> None:
            with self.lock:
                kept.asked -= 1
                self._note(kept, failure=("LambdaException", run.result.decode()) if run.failed else None)

        return ended

    def _note(self, kept: KeptRule, *, failure: tuple[str, str] | None) -> None:
        kept.status["LastSuccessfulInvocationTime" if failure is None else "LastFailedInvocationTime"] = self._house.now
        for name in ("LastErrorCode", "LastErrorMessage"):
            kept.status.pop(name, None)
        if failure is not None:
            kept.status["LastErrorCode"], kept.status["LastErrorMessage"] = failure

    def _known(self, name: str, region: str) -> KeptRule:
        kept = self._rules.get((region, name))
        if kept is None:
            raise SandboxError(f"there is no Config rule {name} in {region}", hint="Put it with PutConfigRule first.")
        return kept

    def _seen(self, resource_id: str) -> Item:
        self._items.update({item.resource_id: item for item in items_of(self._house, resource_id=resource_id)})
        if resource_id not in self._items:
            hint = "Ids begin with AIDA, AROA, AGPA or ANPA; call look_around before something is deleted."
            raise SandboxError(f"no user, role, group or policy has the id {resource_id}", hint=hint)
        return self._items[resource_id]
