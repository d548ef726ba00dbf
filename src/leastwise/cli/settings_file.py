"""The settings file: the one that is named, or the one that is there."""

from pathlib import Path
from typing import Final

from leastwise.errors import SettingsError
from leastwise.settings import Settings, parse_settings

__all__ = ["read_settings"]

_SETTINGS_FILE: Final = "leastwise.toml"


def read_settings(config_file: str | None) -> Settings:
    """The settings of the named file, or of `leastwise.toml` in this folder if it is there.

    Raises:
        SettingsError: the file cannot be read, or is not as it should be.
    """
    path = Path(config_file or _SETTINGS_FILE)
    if config_file is None and not path.is_file():
        return Settings()
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 (at byte {error.start})") from error
    return parse_settings(text, source=str(path))
