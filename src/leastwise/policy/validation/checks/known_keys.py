"""Looking condition keys up in the catalog."""

from collections.abc import Mapping

from leastwise.catalog import GLOBAL_KEYS, ConditionKey, key_pattern, matches
from leastwise.policy.document.model import Statement
from leastwise.policy.validation.checks.subject import Subject

__all__ = ["KnownKeys"]


class KnownKeys:
    """The condition keys that the catalog knows, by the texts that a policy has for them."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._found: dict[tuple[str, str], ConditionKey | None] = {}

    def find(self, statement: Statement, text: str) -> ConditionKey | None:
        """The key; None if neither all services, nor its own, nor those of the statement's actions know it.

        The keys of identity providers, such as `saml:aud`, are listed as keys of STS.
        """
        key = self.global_key(text)
        if key is not None:
            return key
        namespaces = (text.partition(":")[0].lower(), "sts", *self._subject.namespaces(statement))
        found = (self._of_service(namespace, text) for namespace in namespaces)
        return next((one for one in found if one is not None), None)

    def global_key(self, text: str) -> ConditionKey | None:
        """The key of this text among those that requests to every service may hold."""
        return self._looked_up("", GLOBAL_KEYS, text.lower())

    def names(self, namespace: str) -> list[str]:
        """The names of the keys of a service, or of `aws`, as AWS writes them."""
        keys = GLOBAL_KEYS if namespace == "aws" else self._subject.catalog.service_keys(namespace) or {}
        return [key.name for key in keys.values()]

    def are_known(self, namespace: str) -> bool:
        """Whether the keys of this service, or of `aws`, are known."""
        return namespace == "aws" or self._subject.catalog.service_keys(namespace) is not None

    def _of_service(self, namespace: str, text: str) -> ConditionKey | None:
        keys = self._subject.catalog.service_keys(namespace)
        return None if keys is None else self._looked_up(namespace, keys, text.lower())

    def _looked_up(self, namespace: str, keys: Mapping[str, ConditionKey], folded: str) -> ConditionKey | None:
        place = (namespace, folded)
        if place not in self._found:
            self._found[place] = keys.get(folded) or _with_placeholder(keys, folded)
        return self._found[place]


def _with_placeholder(keys: Mapping[str, ConditionKey], folded: str) -> ConditionKey | None:
    templates = (key for name, key in keys.items() if "{" in name or "<" in name)
    return next((key for key in templates if matches(key_pattern(key.name), folded)), None)
