"""What the package costs those who import it, and what it gives them."""

import os
import subprocess
import sys
from importlib import import_module

import pytest

HEAVY = {"aiohttp", "boto3", "botocore", "click", "duckdb", "flask", "jinja2", "moto", "rich"}
"""Libraries that only a command, or a connection to AWS, may load."""


def loaded_by(statement: str) -> set[str]:
    """Every module that the statement loads in a fresh interpreter."""
    program = f"import sys; before = set(sys.modules); {statement}; print(*(set(sys.modules) - before))"
    ran = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-c", program], env=dict(os.environ), check=True, capture_output=True, text=True
    )
    return set(ran.stdout.split())


def test_the_package_alone_loads_nothing_but_itself() -> None:
    assert loaded_by("import leastwise") == {"leastwise"}


def test_the_use_cases_load_neither_the_command_line_nor_what_calls_aws() -> None:
    loaded = loaded_by("import leastwise.api")
    assert "leastwise.pipeline.scan" in loaded
    assert not loaded & HEAVY
    assert not any(name.startswith(("leastwise.cli", "leastwise.sandbox")) for name in loaded)


@pytest.mark.parametrize("more", ["", "import leastwise.pipeline.config_rule.findings, leastwise.aws.opening"])
def test_the_handler_of_the_config_rule_loads_nothing_that_only_the_command_line_needs(more: str) -> None:
    loaded = loaded_by(f"from leastwise.config_rule import handler; {more or 'pass'}")
    assert not loaded & {"boto3", "click", "duckdb", "flask", "jinja2", "moto", "rich"}
    assert not any(name.startswith(("leastwise.cli", "leastwise.sandbox")) for name in loaded)


@pytest.mark.parametrize("name", import_module("leastwise.api").__all__)
def test_the_use_cases_are_there_under_their_names(name: str) -> None:
    assert getattr(import_module("leastwise.api"), name).__doc__


def test_the_names_are_sorted() -> None:
    names = import_module("leastwise.api").__all__
    assert list(names) == sorted(names)
