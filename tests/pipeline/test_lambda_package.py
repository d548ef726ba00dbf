"""The package of the rule's function: made twice, made of wheels, and imported where there is nothing else."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from leastwise.deploy import ARCHITECTURES, LIBRARIES, RUNTIMES
from leastwise.errors import UsageError
from leastwise.pipeline import lambda_libraries
from leastwise.pipeline.lambda_package import InstalledLibraries, Package, Target, lambda_package

HERE = [Target(one, f"python3.{sys.version_info.minor}") for one in ARCHITECTURES]
RUNNING = next((one for one in HERE if one.is_here), None)
NEEDS_LINUX = pytest.mark.skipif(
    RUNNING is None or RUNNING.runtime not in RUNTIMES, reason="Lambda has no machine like this one"
)
IMPORTS = """
import importlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
import leastwise.pipeline.scan, leastwise.compliance, leastwise.config_rule
print(*sorted({name.partition(".")[0] for name in sys.modules}))
for one in pkgutil.walk_packages(leastwise.__path__, "leastwise."):
    importlib.import_module(one.name)
from botocore.session import Session
for service in sys.argv[2:]:
    Session().create_client(service, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
from leastwise.catalog import load_catalog
assert load_catalog().services
"""


class NoLibraries:
    def files(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        assert tuple(names) == LIBRARIES
        yield from ()


@pytest.fixture(scope="module")
def made() -> Package:
    assert RUNNING is not None
    return lambda_package(InstalledLibraries(RUNNING))


@NEEDS_LINUX
def test_two_runs_give_the_same_bytes(made: Package) -> None:
    assert RUNNING is not None
    assert lambda_package(InstalledLibraries(RUNNING)) == made


@NEEDS_LINUX
def test_what_is_packed_needs_nothing_but_python(made: Package, tmp_path: Path) -> None:
    with ZipFile(BytesIO(made.content)) as archive:
        archive.extractall(tmp_path)
    command = [sys.executable, "-I", "-S", "-B", "-c", IMPORTS, str(tmp_path), "iam", "config", "s3", "securityhub"]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own interpreter
    assert ran.returncode == 0, ran.stderr
    assert not {"click", "duckdb", "moto", "rich"} & set(ran.stdout.split())
    assert made.unzipped_bytes < 40_000_000


def test_our_own_files_are_packed_without_command_line_and_sandbox() -> None:
    with ZipFile(BytesIO(lambda_package(NoLibraries()).content)) as archive:
        names = archive.namelist()
    assert "leastwise/catalog/data/dependents.json" in names
    assert all(name.startswith("leastwise/") and not name.endswith(".pyc") for name in names)
    assert {name.split("/")[1] for name in names}.isdisjoint({"cli", "sandbox", "__main__.py"})


def test_every_library_that_a_packed_one_needs_is_packed() -> None:
    listed = {name.replace("_", "-") for name in LIBRARIES}
    left_out = {"click", "rich"}
    needed = set()
    for name in (*LIBRARIES, "leastwise"):
        for text in distribution(name).requires or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                needed.add(requirement.name.lower().replace("_", "-"))
    assert needed - left_out <= listed


def test_what_is_installed_is_not_taken_for_another_machine() -> None:
    other = next(one for one in (Target(one, "python3.13") for one in ARCHITECTURES) if not one.is_here)
    with pytest.raises(UsageError, match="what is installed here is for"):
        InstalledLibraries(other)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_no_wheel_is_taken_that_the_runtime_s_c_library_is_too_old_for(runtime: str) -> None:
    arguments = lambda_libraries.pip_arguments(Target("arm64", runtime))
    newest = "26" if runtime == "python3.11" else "34"
    platforms = [one.removeprefix("--platform=") for one in arguments if one.startswith("--platform=")]
    assert platforms[0] == f"manylinux_2_{newest}_aarch64"
    assert platforms[-1] == "manylinux2014_aarch64"
    assert f"--python-version={runtime.removeprefix('python')}" in arguments


def test_a_wheel_s_files_are_put_where_pip_would_put_them(tmp_path: Path) -> None:
    wheel = tmp_path / "one-1-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        for name in ("one/a.py", "one-1.data/purelib/one/b.py", "one-1.data/scripts/run.py", "one-1.dist-info/RECORD"):
            archive.writestr(name, name)
        archive.mkdir("one/sub")
    assert [path for path, _ in lambda_libraries.unpacked(wheel)] == ["one/a.py", "one/b.py"]
