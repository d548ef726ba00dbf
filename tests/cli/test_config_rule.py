"""`leastwise config-rule` as a user types it."""

import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from leastwise.cli.config_rule import package, template
from leastwise.compliance import PARAMETERS
from leastwise.deploy import (
    ARCHITECTURES,
    DEFAULT_RUNTIME,
    RULES,
    RUNTIMES,
    TemplateOptions,
    render_cloudformation,
    render_member_role,
    render_terraform,
)
from leastwise.pipeline.lambda_package import Target
from ran import Run

HERE = [Target(one, f"python3.{sys.version_info.minor}") for one in ARCHITECTURES]
RUNNING = next((one for one in HERE if one.is_here and one.runtime in RUNTIMES), None)


def choices(command: object, option: str) -> tuple[str, ...]:
    (found,) = [one for one in command.params if option in one.opts]  # type: ignore[attr-defined]
    return tuple(found.type.choices)


def test_the_options_offer_all_that_there_is() -> None:
    assert choices(template.template, "--rule") == tuple(RULES)
    assert choices(package.package, "--architecture") == ARCHITECTURES
    assert choices(package.package, "--runtime") == RUNTIMES
    assert DEFAULT_RUNTIME in RUNTIMES


def test_a_template_is_what_the_options_ask_for(run: Run) -> None:
    assert run("config-rule", "template").out == render_cloudformation(TemplateOptions(), PARAMETERS)
    chosen = ("--rule", "unused-actions", "--rule", "unused-principals", "--organization", "--on-change")
    options = TemplateOptions(rules=("unused-actions", "unused-principals"), organization=True, on_change=True)
    assert run("config-rule", "template", *chosen).out == render_cloudformation(options, PARAMETERS)
    module = run("config-rule", "template", *chosen, "--format", "terraform", "--output", "main.tf")
    assert (module.code, module.out) == (0, "")
    assert Path("main.tf").read_text(encoding="utf-8") == render_terraform(options, PARAMETERS)
    assert run("config-rule", "template", "--member-role").out == render_member_role()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("template", "--member-role", "--organization"), "--member-role stands alone"),
        (("template", "--rule", "unused"), "unused"),
        (("template", "--rule", "unused-services", "--rule", "unused-services"), "none of them twice"),
        (("template", "--output", "nowhere/main.tf"), "there is no folder"),
        (("package", "--runtime", "python2.7"), "python2.7"),
        (("package", "--output", "nowhere/rule.zip"), "there is no folder"),
    ],
)
def test_a_slip_is_named(run: Run, arguments: tuple[str, ...], said: str) -> None:
    ran = run("config-rule", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_no_index_and_no_pip_are_said(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    ran = run("config-rule", "package")
    assert ran.code == 1
    assert "error: pip" in ran.err
    assert "hint:" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(RUNNING is None, reason="Lambda has no machine like this one")
def test_a_package_is_written_with_its_sizes(run: Run) -> None:
    assert RUNNING is not None
    target = ("--architecture", RUNNING.architecture, "--runtime", RUNNING.runtime)
    ran = run("config-rule", "package", *target, "--installed", "--output", "rule.zip")
    assert ran.code == 0
    assert ran.out.startswith("rule.zip: ")
    assert f"MB unzipped, for {RUNNING.runtime} on {RUNNING.architecture}\nsha256 " in ran.out
    with ZipFile("rule.zip") as archive:
        assert archive.testzip() is None


def test_each_has_help_that_says_what_options_do(run: Run) -> None:
    assert "package" in run("config-rule", "--help").out
    for command in ("package", "template"):
        assert run("config-rule", command, "--help").out.startswith(f"Usage: leastwise config-rule {command}")
