"""Settings from environment variables: typed, documented, refused with the reason when invalid.

`SETTINGS` lists every name that was read, so that the documentation can be tested against it.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

Number = TypeVar("Number", int, float)


class SettingError(ValueError):
    """A value in the environment that cannot be right: names the setting, the value and what would be right."""

    def __init__(self, name: str, value: str, expected: str) -> None:
        super().__init__(f"{name}={value!r} in the environment is not right: use {expected}")


@dataclass(frozen=True)
class Setting:
    """One name that the project reads from the environment."""

    name: str
    default: str
    """As one would write it in the environment; empty when there is none."""
    meaning: str


SETTINGS: dict[str, Setting] = {}


class Environment:
    """The environment with a declared meaning for each name."""

    def __init__(
        self, values: Mapping[str, str] = os.environ, declared: dict[str, Setting] = SETTINGS
    ) -> None:
        self._values = values
        self._declared = declared

    def text(self, name: str, default: str, meaning: str) -> str:
        """The value as written. An empty value counts as not set."""
        self._declared[name] = Setting(name, default, meaning)
        return self._values.get(name, "").strip() or default

    def flag(self, name: str, default: bool, meaning: str) -> bool:
        return self._read_flag(name, self.text(name, "1" if default else "0", meaning))

    def flag_or(self, name: str, otherwise: bool, meaning: str) -> bool:
        """A flag whose default follows from other settings, so that the example shows none."""
        value = self.text(name, "", meaning)
        return self._read_flag(name, value) if value else otherwise

    def _read_flag(self, name: str, value: str) -> bool:
        if value.lower() in ("1", "true", "yes", "on"):
            return True
        if value.lower() in ("0", "false", "no", "off"):
            return False
        raise SettingError(name, value, "1 or 0")

    def number(self, name: str, default: int, meaning: str, *, least: int = 1, most: int = 10**9) -> int:
        value = self.text(name, str(default), meaning)
        return _between(int, name, value, (least, most), f"a whole number from {least} to {most}")

    def seconds(
        self, name: str, default: float, meaning: str, *, least: float = 0.1, most: float = 10**7
    ) -> float:
        value = self.text(name, f"{default:g}", meaning)
        return _between(float, name, value, (least, most), f"seconds from {least:g} to {most:g}")

    def folder(self, name: str, default: str, meaning: str) -> Path:
        """A path; ~ is this user's home."""
        value = self.text(name, default, meaning)
        if any(ord(character) < 32 or ord(character) == 127 for character in value):
            raise SettingError(
                name, repr(value), "a folder's path without line ends and other control characters"
            )
        try:
            return Path(value).expanduser()
        except RuntimeError:
            raise SettingError(name, value, "a folder's path; ~NAME is the home of nobody here") from None

    def names(self, name: str, default: str, meaning: str) -> list[str]:
        """A list written with commas."""
        return [part.strip() for part in self.text(name, default, meaning).split(",") if part.strip()]

    def choice(self, name: str, default: str, meaning: str, choices: tuple[str, ...]) -> str:
        """One of a few words."""
        expected = f"{', '.join(choices[:-1])} or {choices[-1]}"
        return self.checked(name, default, meaning, accept=lambda word: word in choices, expected=expected)

    def checked(
        self, name: str, default: str, meaning: str, *, accept: Callable[[str], bool], expected: str
    ) -> str:
        """A text that must satisfy `accept`."""
        value = self.text(name, default, meaning)
        if not accept(value):
            raise SettingError(name, value, expected)
        return value


def _between(
    read: Callable[[str], Number], name: str, value: str, bounds: tuple[Number, Number], expected: str
) -> Number:
    try:
        number = read(value)
    except ValueError:
        raise SettingError(name, value, expected) from None
    if not bounds[0] <= number <= bounds[1]:
        raise SettingError(name, value, expected)
    return number


PRICE = r"(?=[\d.]*[1-9])\d{1,9}(\.\d+)?\s*([^\W\d_]{1,12}|[€$£¥])"
TOKEN = "NASWEB_TOKEN"
TOKEN_MEANING = "The token that `nas` and nasweb.client send to a server with accounts"


def offers(env: Environment) -> str:
    """Of a worker, as `search.evolution.experiments.resources.read_offer` reads it; nothing is imported so early."""
    word = r"(memory=\d{1,7}|(?!memory\b)[a-z0-9][a-z0-9._-]{0,31})"
    return env.checked(
        "NASWEB_OFFERS",
        "",
        "Resource tags that this machine's workers offer to evaluations, such as gpu,a100,memory=80 (GiB for one "
        "training); not set: gpu where they train on one, else the machine's memory",
        accept=lambda text: re.fullmatch(rf"({word}(\s*,\s*{word})*)?", text) is not None,
        expected="words such as gpu,a100,memory=80 (GiB), with commas",
    )


def final_devices(env: Environment) -> list[str]:
    """Of one kind; the same GPU twice would only be slower."""
    text = env.checked(
        "NASWEB_FINAL_DEVICES",
        "",
        "Devices of one kind that train a final evaluation together, a process on each, such as cuda:0,cuda:1; empty: "
        "where all else is trained",
        accept=_are_devices,
        expected="different GPUs such as cuda:0,cuda:1 with commas, or cpu,cpu for two processes on a CPU",
    )
    return _devices(text)


def _devices(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _are_devices(text: str) -> bool:
    named = _devices(text)
    gpus = all(re.fullmatch(r"cuda:\d{1,2}", name) for name in named)
    return (gpus and len(set(named)) == len(named)) or all(name == "cpu" for name in named)


def device_hour_price(env: Environment) -> str:
    """As `search.evolution.estimates.price.HourPrice` reads it; nothing is imported so early."""
    return env.checked(
        "NASWEB_DEVICE_HOUR_PRICE",
        "",
        "Price of one hour of one device, such as 2.50 EUR: costs are told in money too; empty: in hours alone",
        accept=lambda text: re.fullmatch(rf"({PRICE})?", text.strip()) is not None,
        expected="an amount and a currency, such as 2.50 EUR",
    )


def image_memory(env: Environment) -> int:
    """Mebibytes, which `search.apps` hands to trainings."""
    return env.number(
        "NASWEB_IMAGE_MEMORY_MIB",
        0,
        "Mebibytes that a folder's decoded images may take; with more, others are read from their files. 0: no limit",
        least=0,
    )


def client_token() -> str | None:
    """What a script sends that was given no other token."""
    return Environment().text(TOKEN, "", TOKEN_MEANING) or None


DATABASE_FORM = (
    "postgres://USER:PASSWORD@HOST:PORT/NAME or sqlite:///relative/path or sqlite:////absolute/path"
)


def database(url: str, *, name: str = "DATABASE_URL") -> dict[str, object]:
    """Django's settings of the database at an address."""
    address = urlsplit(url)
    if address.scheme == "sqlite" and not address.netloc and len(address.path) > 1:
        return sqlite(unquote(address.path[1:]))
    if address.scheme in ("postgres", "postgresql") and len(address.path) > 1:
        try:
            port = address.port
        except ValueError:
            raise SettingError(name, _without_password(url), DATABASE_FORM) from None
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(address.path[1:]),
            "USER": unquote(address.username or ""),
            "PASSWORD": unquote(address.password or ""),
            "HOST": unquote(address.hostname or ""),
            "PORT": str(port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {"connect_timeout": "10", **dict(parse_qsl(address.query))},
        }
    raise SettingError(name, _without_password(url), DATABASE_FORM)


def broker_key_prefix(database: Mapping[str, object]) -> str:
    """What all keys in Redis begin with: another one for each database, and the same on all machines, whatever names
    they know its server by."""
    name = str(database["NAME"])
    if str(database["ENGINE"]).endswith("sqlite3"):
        name = str(Path(name).resolve())
    return f"nasweb-{hashlib.sha256(name.encode(errors='surrogateescape')).hexdigest()[:8]}:"


def _without_password(url: str) -> str:
    head, at, tail = url.rpartition("@")
    return f"{head.partition(':')[0]}://…@{tail}" if at else url


def sqlite(path: str) -> dict[str, object]:
    """One file for one machine. IMMEDIATE takes the write lock at the start of a transaction: with Django's
    default a quarter of concurrent read-then-write transactions fail with "database is locked"."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def make_folder(name: str, path: Path) -> None:
    """The folder that a setting names, there and open for new files."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        problem = "" if os.access(path, os.W_OK | os.X_OK) else "this user may not write to it"
    except FileExistsError:
        problem = "it is a file"
    except OSError as error:
        problem = error.strerror or str(error)
    if problem:
        raise SettingError(name, str(path), f"a folder that can be written to ({problem})")


def kept_secret(path: Path) -> str:
    """The secret in a file that only its owner reads, made on first use."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process of the same start was quicker
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        secret = secrets.token_urlsafe(48)
        file.write(secret)
    return secret
