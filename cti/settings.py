"""The only reader of the environment, and of the files that say what to run.

Precedence: command-line option, then `HOTLINE_*` variable, then the default below. Secrets are generated once per
installation, readable by their owner only.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from cti.asterisk.pbx.installation import Installation
from cti.asterisk.speech import ESPEAK, Engine, Program
from cti.kit.errors import ConfigError, EnvironmentProblem, Language, problem
from cti.kit.strict_yaml import load_model
from cti.releases import Configuration, ConfigurationCache
from cti.topology import Topology

CHECKOUT = Path(__file__).resolve().parent.parent
TOPOLOGIES = CHECKOUT / "asterisk_conf/topologies"
_UNAMBIGUOUS = "abcdefghjkmnpqrstuvwxyz23456789"


def topology_path(named: Path) -> Path:
    """A file, or the name of one that comes with Hotline: `central-seats`."""
    shipped = TOPOLOGIES / f"{named.name}.yaml"
    return shipped if named.parent == Path() and not named.exists() and shipped.exists() else named.resolve()


def people_language() -> Language:
    """The language of whoever reads the terminal, by LC_ALL or LANG: Chinese if it says so, else English."""
    said = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh" if said.lower().startswith("zh") else "en"


class Secrets(BaseModel):
    """What only this installation knows. Derived passwords come from `master`, so nothing else need be stored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    master: str = Field(min_length=32)
    agent_password: str = Field(
        min_length=8, description="what demo agents type to sign in, and their SIP phones' password"
    )

    @classmethod
    def generate(cls) -> Secrets:
        return cls(
            master=secrets.token_hex(32), agent_password="".join(secrets.choice(_UNAMBIGUOUS) for _ in range(10))
        )

    def derive(self, purpose: str) -> str:
        """A password for one purpose (`ami`, `ingest`, `peers`, `sip:1001-web`): 40 hexadecimal digits."""
        return hmac.new(self.master.encode(), purpose.encode(), hashlib.sha256).hexdigest()[:40]


class Settings(BaseModel):
    """Where things are and how to run them."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    state: Path = Field(default=CHECKOUT / ".hotline", description="everything written at run time; HOTLINE_STATE")
    cache: Path = Field(
        default=Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hotline",
        description="what can be made again, shared between checkouts (the Asterisk root); HOTLINE_CACHE",
    )
    topology_file: Path = Field(
        default=TOPOLOGIES / "demo.yaml",
        description="a file, or the name of one that comes with Hotline; HOTLINE_TOPOLOGY",
    )
    flows: Path = Field(default=CHECKOUT / "ivr_flows", description="the folder of hotlines; HOTLINE_FLOWS")
    database_url: str | None = Field(
        default=None, description="postgresql+asyncpg://… ; SQLite under `state` when absent; HOTLINE_DATABASE_URL"
    )
    read_token: str | None = Field(
        default=None,
        description="what readers of the data center's API must send as a bearer token; HOTLINE_READ_TOKEN",
    )
    fact_months: int | None = Field(
        default=None,
        ge=2,
        description="how many whole months of facts the data center keeps besides the one that runs; all when absent; HOTLINE_FACT_MONTHS",
    )
    journal_days: float = Field(
        default=30, ge=1, description="how long a site keeps facts that the data center has; HOTLINE_JOURNAL_DAYS"
    )
    speech: str | None = Field(
        default=None,
        description="a program in place of espeak-ng, with {language} and {file}; the text comes on its standard input; HOTLINE_SPEECH",
    )
    ca_file: Path | None = Field(
        default=None, description="certificates (PEM) that flows' requests trust besides the public ones; HOTLINE_CA"
    )
    probe_seconds: float = Field(
        default=60,
        ge=0,
        le=3600,
        description="how often each queue is tried at each node with a synthetic call; 0: never; HOTLINE_PROBE_SECONDS",
    )
    log_level: str = Field(default="INFO", description="HOTLINE_LOG_LEVEL")
    _taken_by: str | None = PrivateAttr(default=None)
    _as_installed: bool = PrivateAttr(default=False)

    @classmethod
    def variables(cls) -> dict[str, str]:
        """Field → the environment variable it is read from."""
        return {field: f"HOTLINE_{field.removesuffix('_file').upper()}" for field in cls.model_fields}

    @classmethod
    def from_environment(cls, **overrides: object) -> Settings:
        """Reads `HOTLINE_*`; keyword arguments that are not None win. Raises `ConfigError` naming the variable."""
        values: dict[str, object] = {}
        for field, variable in cls.variables().items():
            raw = os.environ.get(variable)
            if raw:
                values[field] = raw
        values |= {k: v for k, v in overrides.items() if v is not None}
        try:
            settings = cls.model_validate(values)
        except ValidationError as error:
            bad = error.errors()[0]
            name = cls.variables().get(str(bad["loc"][0]), str(bad["loc"][0]))
            raise ConfigError(
                problem(
                    "settings.invalid",
                    name,
                    f"{bad['msg']}.",
                    f"{bad['msg']}。",
                    "Correct the variable or option.",
                    "请更正该变量或选项。",
                )
            ) from None
        return settings.model_copy(
            update={
                **{k: getattr(settings, k).resolve() for k in ("state", "cache", "flows")},
                "topology_file": topology_path(settings.topology_file),
            }
        )

    @cached_property
    def configuration(self) -> Configuration:
        """What stands where: the newest version that a site on this machine has taken from the data center; the topology file as
        number 0 if there is none. The file always says where the data center is. Raises `ConfigError` with file:line:column."""
        installed = Configuration.installed(load_model(self.topology_file, Topology)[0])
        if self._as_installed:
            return installed
        folders = [self.site_folder(self._taken_by)] if self._taken_by else sorted((self.state / "sites").glob("*"))
        taken = [found for folder in folders if (found := ConfigurationCache(folder).remembered()) is not None]
        newest = max(taken, key=lambda one: one.n, default=installed)
        return newest.asked_at(installed.topology.data_center)

    @property
    def topology(self) -> Topology:
        """Of the configuration; raises what that raises."""
        return self.configuration.topology

    def afresh(self, *, taken_by: str | None = None, as_installed: bool = False) -> Settings:
        """The same settings, their files read again. `taken_by`: what that site has taken counts; `as_installed`: the topology file."""
        copy = self.model_copy()
        for name, attribute in vars(type(self)).items():
            if isinstance(attribute, cached_property):
                copy.__dict__.pop(name, None)
        copy._taken_by, copy._as_installed = taken_by, as_installed
        return copy

    @cached_property
    def secrets(self) -> Secrets:
        """Loads this installation's secrets, generating them the first time. Raises `EnvironmentProblem` or `ConfigError`."""
        path = self.state / "secrets.json"
        try:
            self.state.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                with NamedTemporaryFile("w", dir=self.state, prefix=".secrets-") as file:  # readable by its owner only
                    file.write(Secrets.generate().model_dump_json(indent=2))
                    file.flush()
                    with contextlib.suppress(FileExistsError):  # of processes that start together, one wins whole
                        os.link(file.name, path)
            return Secrets.model_validate(json.loads(path.read_text()))
        except OSError as error:
            raise EnvironmentProblem(
                problem(
                    "settings.state_unwritable",
                    str(path),
                    f"Cannot be written or read: {error.strerror}.",
                    f"无法读写：{error.strerror}。",
                    "Choose another folder with HOTLINE_STATE.",
                    "请用 HOTLINE_STATE 指定其他目录。",
                )
            ) from None
        except ValueError:
            raise ConfigError(
                problem(
                    "settings.secrets_broken",
                    str(path),
                    "The secrets file is not what was generated.",
                    "密钥文件已损坏。",
                    "Restore it, or delete it to generate new secrets (phones must then be given new passwords).",
                    "请恢复该文件；或删除后重新生成（话机密码需同时更新）。",
                )
            ) from None

    @cached_property
    def engine(self) -> Engine:
        """What speaks the prompts. Raises `ConfigError`."""
        try:
            return Program(self.speech) if self.speech else ESPEAK
        except ValueError as error:
            raise ConfigError(problem(
                "settings.speech", "HOTLINE_SPEECH", f"This is no command that speaks: {error}.", f"这不是可用的语音合成命令：{error}。",
                'Write for example "my-tts --voice {language} --output {file}".', '请写成 "my-tts --voice {language} --output {file}"。',
            )) from None  # fmt: skip

    @property
    def prompts(self) -> Path:
        """Rendered prompts, cached by content."""
        return self.state / "prompts"

    def node_folder(self, node: str) -> Path:
        """etc, run, log, spool … of one Asterisk."""
        return self.state / "nodes" / node

    def site_folder(self, site: str) -> Path:
        """The journal of one site, and its emergency spool."""
        return self.state / "sites" / site

    def recordings(self, site: str) -> Path:
        """Messages and faxes that callers left at one site."""
        return self.site_folder(site) / "recordings"

    def releases(self, site: str) -> Path:
        """The published flows that one site has."""
        return self.site_folder(site) / "flows"

    @property
    def effective_database_url(self) -> str:
        return self.database_url or f"sqlite+aiosqlite:///{self.state / 'datacenter.db'}"

    @property
    def pbx(self) -> Installation:
        """What the PBX launcher must know, as plain values. Raises what `topology` and `secrets` raise."""
        return Installation(
            topology=self.topology,
            topology_file=self.topology_file,
            state=self.state,
            cache=self.cache,
            templates=CHECKOUT / "asterisk_conf/templates",
            dialplan=CHECKOUT / "dialplan",
            node_folder=self.node_folder,
            site_folder=self.site_folder,
            agent_password=self.secrets.agent_password,
            derive=self.secrets.derive,
        )
