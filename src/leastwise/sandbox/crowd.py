"""More roles, for load: each with about ten services, some of them used."""

from datetime import timedelta
from random import Random

import msgspec

from leastwise.sandbox.actions import services as known_services
from leastwise.sandbox.estate import Estate

__all__ = ["add_roles"]

_SERVICES = (
    "athena", "autoscaling", "backup", "batch", "cloudformation", "cloudtrail", "cloudwatch", "codebuild", "config",
    "dynamodb", "ec2", "ecr", "ecs", "eks", "elasticache", "events", "firehose", "glue", "guardduty", "iam", "kinesis",
    "kms", "lambda", "logs", "rds", "route53", "s3", "secretsmanager", "sns", "sqs", "ssm", "states", "sts", "xray",
)  # fmt: skip
_GRANTED = 10
_TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}]}'
)


def add_roles(estate: Estate, count: int, *, seed: int) -> None:
    """Add this many roles, named `load-0001` and so on, each used within the last month."""
    random = Random(seed)  # noqa: S311 - no secret
    for number in range(1, count + 1):
        _add_role(estate, f"load-{number:04}", random)


def _add_role(estate: Estate, name: str, random: Random) -> None:
    services = sorted(random.sample(_SERVICES, _GRANTED))
    made_at = estate.now - timedelta(days=random.randint(200, 1200))
    arn = estate.create_role(name, path="/load/", trust_document=_TRUST, created_at=made_at)
    actions = [_some_actions(service, random) for service in services]
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    estate.put_inline("role", name, "work", msgspec.json.encode(document).decode())
    for service in random.sample(services, random.randint(1, _GRANTED // 2)):
        estate.record_use(arn, service, at=estate.now - timedelta(days=random.randint(0, 30), minutes=1))


def _some_actions(service: str, random: Random) -> str:
    verbs = ("*", "List*", "Get*", "Describe*")
    return random.choice([f"{service}:{verb}" for verb in verbs if known_services().matching(f"{service}:{verb}")])
