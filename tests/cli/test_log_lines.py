"""What is logged, and above all what is not."""

import logging

import pytest

from leastwise.cli.log_lines import log_lines


def log_as_libraries_do() -> None:
    """What botocore does when a refresh of credentials fails, and what we do ourselves."""
    logging.getLogger("leastwise.pipeline.scan").info("ours")
    logging.getLogger("botocore.auth").debug("the secret that was signed")
    failure = RuntimeError("refused")
    logging.getLogger("botocore.credentials").warning("Refreshing temporary credentials failed", exc_info=failure)


@pytest.mark.parametrize(
    ("verbosity", "shown", "kept_back"),
    [
        (0, (), ("ours", "Refreshing", "refused", "secret")),
        (1, ("ours",), ("Refreshing", "refused", "secret")),
        (2, ("ours", "Refreshing", "refused"), ("secret",)),
        (9, ("ours", "Refreshing", "refused"), ("secret",)),
    ],
)
def test_libraries_are_heard_only_by_who_asks_twice(
    capsys: pytest.CaptureFixture[str], verbosity: int, shown: tuple[str, ...], kept_back: tuple[str, ...]
) -> None:
    with log_lines(verbosity):
        log_as_libraries_do()
    said = capsys.readouterr().err
    assert all(text in said for text in shown)
    assert not any(text in said for text in kept_back)


def test_afterwards_logging_is_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    before = [*logging.getLogger().handlers], logging.getLogger().level, logging.getLogger("leastwise").level
    with log_lines(2):
        pass
    assert ([*logging.getLogger().handlers], logging.getLogger().level, logging.getLogger("leastwise").level) == before
    logging.getLogger("leastwise").info("unheard")
    assert capsys.readouterr().err == ""
