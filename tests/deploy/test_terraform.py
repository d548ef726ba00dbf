"""The Terraform module: that it can be read, and that it is what the CloudFormation template is."""

import io
import re
import shutil
import subprocess
from itertools import product
from pathlib import Path
from typing import Any, Final

import hcl2
import pytest

from deploy.stack import Stack
from leastwise.compliance import PARAMETERS
from leastwise.deploy import RULES, TemplateOptions, render_cloudformation, render_terraform, rights

TERRAFORM: Final = shutil.which("terraform")
CHOICES: Final = [
    TemplateOptions(rules=rules, organization=organization, on_change=on_change)
    for rules, organization, on_change in product([("unused-actions",), tuple(RULES)], [False, True], [False, True])
]
ACTION: Final = re.compile(r'"((?!aws:)[a-z0-9]+:[A-Z][A-Za-z]+)"')
SAME: Final = {
    "AWS::CloudFormation::StackSet": {"aws_cloudformation_stack_set", "aws_cloudformation_stack_set_instance"},
    "AWS::CloudWatch::Alarm": {"aws_cloudwatch_metric_alarm"},
    "AWS::Config::ConfigRule": {"aws_config_config_rule"},
    "AWS::Config::OrganizationConfigRule": {"aws_config_organization_custom_rule"},
    "AWS::IAM::Role": {"aws_iam_role", "aws_iam_role_policy"},
    "AWS::Lambda::EventInvokeConfig": {"aws_lambda_function_event_invoke_config"},
    "AWS::Lambda::Function": {"aws_lambda_function"},
    "AWS::Lambda::Permission": {"aws_lambda_permission"},
    "AWS::Logs::LogGroup": {"aws_cloudwatch_log_group"},
    "AWS::S3::Bucket": {
        "aws_s3_bucket",
        "aws_s3_bucket_lifecycle_configuration",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_server_side_encryption_configuration",
    },
    "AWS::S3::BucketPolicy": {"aws_s3_bucket_policy"},
    "AWS::SQS::Queue": {"aws_sqs_queue"},
}
"""What CloudFormation says in one resource, the provider says in these."""


def module_of(options: TemplateOptions) -> Any:  # noqa: ANN401 - what the parser makes of it
    return hcl2.load(io.StringIO(render_terraform(options, PARAMETERS)))


def names(module: Any, kind: str) -> set[str]:  # noqa: ANN401 - what the parser makes of it
    return {str(name).strip('"') for one in module[kind] for name in one if not str(name).startswith("__")}


@pytest.mark.parametrize("options", CHOICES, ids=repr)
def test_it_makes_the_resources_of_the_template(options: TemplateOptions) -> None:
    stack = Stack(render_cloudformation(options, PARAMETERS), {})
    types = {one["Type"] for one in stack.template["Resources"].values()}
    assert names(module_of(options), "resource") == set().union(*(SAME[one] for one in types))


@pytest.mark.parametrize("options", CHOICES, ids=repr)
def test_it_names_the_actions_that_are_listed_and_no_others(options: TemplateOptions) -> None:
    text = render_terraform(options, PARAMETERS)
    wanted = {*rights.FUNCTION, *rights.SECURITY_HUB, *rights.STORE}
    # Of a role's trust, in every form.
    assert {*ACTION.findall(text)} == wanted | {"sts:AssumeRole"}
    assert text.count('Action   = ["sts:AssumeRole"]') == (1 if options.organization else 0)


@pytest.mark.parametrize("options", CHOICES, ids=repr)
def test_it_has_a_variable_for_every_parameter_of_the_rules(options: TemplateOptions) -> None:
    stack = Stack(render_cloudformation(options, PARAMETERS), {})
    ours = {one.name[0].upper() + one.name[1:] for one in PARAMETERS} & stack.template["Parameters"].keys()
    variables = names(module_of(options), "variable")
    assert {re.sub("(?=[A-Z])", "_", one).lower().lstrip("_") for one in ours} <= variables


@pytest.mark.skipif(TERRAFORM is None, reason="terraform is not on the PATH")
@pytest.mark.parametrize("options", CHOICES, ids=repr)
def test_it_is_formatted_as_terraform_does(options: TemplateOptions, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(render_terraform(options, PARAMETERS), encoding="utf-8")
    ran = subprocess.run(  # noqa: S603 - the terraform that was found
        [str(TERRAFORM), "fmt", "-check", "-diff", "main.tf"], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout
