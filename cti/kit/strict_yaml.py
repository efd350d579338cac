"""YAML that says where it is wrong.

PyYAML silently takes duplicate keys, reads `no` as False, `012` as 10 and `1:30` as 90. Here a document is composed into
nodes (which keep line and column) and constructed by the rules below; a pydantic model then checks the meaning, and its
complaints are mapped back to line and column.

Rules: `true`/`false` are the only booleans; integers have no leading zero; a plain scalar that YAML 1.1 would read as
something surprising (yes, no, on, off, 012, 1:30, 0x1F, dates) is refused with a hint to quote it; keys are unique strings;
anchors, aliases, merges and tags are refused (operations staff do not need them, and aliases can explode).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from cti.kit.errors import ConfigError, Problem, problem

M = TypeVar("M", bound=BaseModel)
Place = tuple[str | int, ...]

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+\Z")
SURPRISING = re.compile(
    r"(?i:yes|no|on|off|y|n|~|\.inf|\.nan)\Z|[-+]?0[0-9_]+\Z|[-+]?0[xob][0-9a-f_]+\Z|[-+]?[0-9]+(:[0-9]{1,2})+(\.[0-9]*)?\Z"
    r"|[-+]?[0-9][0-9_]*_[0-9_]*\Z|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*\Z|(?:True|TRUE|False|FALSE|Null|NULL)\Z"
)
MAX_BYTES = 4_000_000
MAX_DEPTH = 40
_BOTTOMLESS = 500


@dataclass(slots=True)
class Document:
    """Plain data plus the place of every value. `spots[path]` is (line, column), both from 1; keys stand under their value's path."""

    data: Any
    name: str
    spots: dict[Place, tuple[int, int]] = field(default_factory=dict)

    def where(self, path: Place) -> str:
        """`file:line:column` of the value at `path`, or of its nearest parent that exists."""
        while path not in self.spots and path:
            path = path[:-1]
        line, column = self.spots.get(path, (1, 1))
        return f"{self.name}:{line}:{column}"


def parse(text: str | bytes, name: str) -> Document:
    """Parses one document. Raises `ConfigError` with every problem of form found (bytes are read as UTF-8)."""
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ConfigError(_not_utf8(name, error)) from None
    if len(text) > MAX_BYTES:
        raise ConfigError(
            problem(
                "yaml.too_large",
                f"{name}:1:1",
                f"The file has more than {MAX_BYTES} characters.",
                f"文件超过 {MAX_BYTES} 个字符。",
                "Split it.",
                "请拆分文件。",
            )
        )
    try:
        _refuse_bottomless(text, name)
        loader = yaml.CSafeLoader(text)
        try:
            root = loader.get_single_node()
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(_syntax(name, error)) from None
    builder = _Builder(Document(None, name))
    if root is not None:
        builder.document.data = builder.build(root, (), 0)
    if builder.problems:
        raise ConfigError(*builder.problems)
    return builder.document


def read(path: Path, name: str | None = None) -> bytes:
    """A file's content. Raises `ConfigError` when it is missing or unreadable."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(problem(
            "file.unreadable", f"{name or path}:1:1", f"The file cannot be read: {error.strerror}.",
            f"无法读取文件：{error.strerror}。", "Check the path and its permissions.", "请检查路径和权限。")) from None  # fmt: skip


def load_model(path: Path, model: type[M], name: str | None = None) -> tuple[M, Document]:
    """Reads a file into `model`. Raises `ConfigError` (missing, unreadable, malformed, or against the model), each with its place."""
    document = parse(read(path, name), name or str(path))
    return validate(document, model), document


def validate(document: Document, model: type[M], under: Place = ()) -> M:
    """Checks a parsed document, or the part of it `under` a path, against a pydantic model; complaints become `Problem`s."""
    data = document.data
    for step in under:
        data = data[step]
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ConfigError(*(_complaint(document, e, under) for e in _causes(error))) from None


class _Builder:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def build(self, node: yaml.Node, path: Place, depth: int) -> Any:
        mark = node.start_mark
        spot = (mark.line + 1, mark.column + 1)
        self.document.spots.setdefault(path, spot)
        where = f"{self.document.name}:{spot[0]}:{spot[1]}"
        if depth > MAX_DEPTH:
            return self.problems.append(_too_deep(where))
        if id(node) in self._seen:
            return self._add(
                "yaml.alias",
                where,
                "Aliases (*name) are not allowed.",
                "不允许使用别名（*name）。",
                "Write the value out.",
                "请直接写出该值。",
            )
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, i), depth + 1) for i, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)
        return self._scalar(node, where)

    def _mapping(self, node: yaml.MappingNode, path: Place, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            mark = key_node.start_mark
            where = f"{self.document.name}:{mark.line + 1}:{mark.column + 1}"
            if not isinstance(key_node, yaml.ScalarNode) or not isinstance(key_node.value, str):
                self._add(
                    "yaml.key",
                    where,
                    "A key must be plain text.",
                    "键必须是文本。",
                    "Write the key as text.",
                    "请把键写成文本。",
                )
                continue
            key = key_node.value
            if key == "<<" and not key_node.style:
                self._add(
                    "yaml.merge",
                    where,
                    "Merge keys (<<) are not allowed.",
                    "不允许使用合并键（<<）。",
                    "Write the values out.",
                    "请直接写出各值。",
                )
                continue
            if key in result:
                first = self.document.spots[(*path, key)]
                self._add(
                    "yaml.duplicate_key",
                    where,
                    f"The key {key!r} stands twice (first near line {first[0]}).",
                    f"键 {key!r} 重复（首次在第 {first[0]} 行附近）。",
                    "Delete or rename one of them.",
                    "请删除或重命名其中一个。",
                )
                continue
            self.document.spots[(*path, key)] = (mark.line + 1, mark.column + 1)
            result[key] = self.build(value_node, (*path, key), depth + 1)
        return result

    def _scalar(self, node: yaml.ScalarNode, where: str) -> Any:
        value: str = node.value
        if node.style in ("'", '"', "|", ">"):  # quoted or block text is text
            return value
        if value in ("", "null"):
            return None
        if value in ("true", "false"):
            return value == "true"
        if _INT.match(value) and len(value) <= 18:
            return int(value)
        if _FLOAT.match(value):
            return float(value)
        if SURPRISING.match(value):
            self._add(
                "yaml.ambiguous",
                where,
                f"{value} means different things to different YAML readers.",
                f"{value} 在不同的 YAML 解析器中含义不同。",
                f'Quote it ("{value}") or write true, false or a plain number.',
                f'请加引号（"{value}"），或写成 true、false 或普通数字。',
            )
        return value

    def _add(self, code: str, where: str, en: str, zh: str, mend_en: str, mend_zh: str) -> None:
        self.problems.append(problem(code, where, en, zh, mend_en, mend_zh))


# What pydantic says, in Chinese; the limits in braces come with its complaint. Anything else is shown as it is.
_ZH: Final = {
    "string_type": "应为文本", "int_type": "应为整数", "float_type": "应为数字", "bool_type": "应为 true 或 false",
    "dict_type": "应为键值对", "list_type": "应为列表", "tuple_type": "应为列表", "model_type": "应为键值对",
    "string_pattern_mismatch": "格式应符合 {pattern}", "literal_error": "应为 {expected}", "enum": "应为 {expected}",
    "greater_than": "应大于 {gt}", "greater_than_equal": "不得小于 {ge}", "less_than": "应小于 {lt}", "less_than_equal": "不得大于 {le}",
    "too_short": "至少需要 {min_length} 项", "too_long": "最多 {max_length} 项", "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "最多 {max_length} 个字符",
}  # fmt: skip


def _complaint(document: Document, error: Any, under: Place = ()) -> Problem:
    path: Place = (*under, *error["loc"])
    real, kind = _real_path(document.data, path), error["type"]
    where = document.where(real)
    shown = (*real, path[-1]) if kind == "missing" else real
    field_name = ".".join(str(p) for p in shown) or "the document"
    message = error["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        return problem("config.unknown_key", where, f"Unknown key: {field_name}.", f"未知的键：{field_name}。",
                       "Delete it or correct its spelling.", "请删除或更正拼写。")  # fmt: skip
    if kind == "missing":
        return problem(
            "config.missing_key", where, f"Missing: {field_name}.", f"缺少：{field_name}。", "Add it.", "请补上。"
        )
    translated = _ZH[kind].format_map(error.get("ctx", {})) if kind in _ZH else message
    return problem("config.invalid", where, f"{field_name}: {message}.", f"{field_name}：{translated}。",
                   "Correct the value.", "请更正该值。")  # fmt: skip


def _causes(error: ValidationError) -> Iterator[Any]:
    """Without what follows from another complaint: pydantic calls a list too short once its bad items are left out."""
    errors = error.errors()
    for e in errors:
        place = e["loc"]
        if e["type"] != "too_short" or not any(
            len(o["loc"]) > len(place) and o["loc"][: len(place)] == place for o in errors
        ):
            yield e


def _real_path(data: Any, path: Place) -> Place:
    """Drops what pydantic puts into a location that is not in the data (the tags of unions)."""
    real: list[str | int] = []
    for step in path:
        listed = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if listed or (isinstance(data, dict) and step in data):
            data = data[step]
            real.append(step)
    return tuple(real)


def _refuse_bottomless(text: str, name: str) -> None:
    """The composer calls itself for every level, on a stack that ends the process where it ends. Raises `ConfigError`, `yaml.YAMLError`."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _BOTTOMLESS:
            assert event.start_mark
            raise ConfigError(_too_deep(f"{name}:{event.start_mark.line + 1}:{event.start_mark.column + 1}"))


def _too_deep(where: str) -> Problem:
    return problem("yaml.too_deep", where, f"Nested deeper than {MAX_DEPTH} levels.", f"嵌套超过 {MAX_DEPTH} 层。",
                   "Flatten the structure.", "请简化结构。")  # fmt: skip


def _syntax(name: str, error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else f"{name}:1:1"
    said = getattr(error, "problem", None) or str(error).splitlines()[0]
    return problem(
        "yaml.syntax",
        where,
        f"Not valid YAML: {said}.",
        f"不是有效的 YAML：{said}。",
        "Look at the indentation, colons and quotes on this line and the one before.",
        "请检查本行及上一行的缩进、冒号和引号。",
    )


def _not_utf8(name: str, error: UnicodeDecodeError) -> Problem:
    line = error.object[: error.start].count(b"\n") + 1
    return problem("yaml.not_utf8", f"{name}:{line}:1", "The file is not UTF-8.", "文件不是 UTF-8 编码。",
                   "Save it as UTF-8.", "请另存为 UTF-8 编码。")  # fmt: skip
