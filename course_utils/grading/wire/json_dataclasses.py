"""Dataclasses as JSON, and back with every field checked."""

import dataclasses
import functools
import types
import typing

import numpy as np

from course_utils.grading.wire.json_values import FormatError, value_from_json, value_to_json

Kind = typing.TypeVar("Kind")


def to_json(record: object) -> object:
    """A dataclass of text, numbers, tuples, dataclasses and values, as JSON."""
    hints = _hints(type(record))
    return {name: _to_json(getattr(record, name), hint) for name, hint in hints.items()}


def _to_json(value: object, hint: object) -> object:
    if hint in (object, np.ndarray):
        return value_to_json(value)
    if value is None:
        return None
    options = _options(hint)
    hint = next((one for one in options if one is not types.NoneType), hint)
    if hint is np.ndarray:
        return value_to_json(value)
    if dataclasses.is_dataclass(hint):
        return to_json(value)
    if typing.get_origin(hint) in (tuple, frozenset):
        items = value if type(value) is tuple else sorted(value)
        return [_to_json(item, typing.get_args(hint)[0]) for item in items]
    if hint is dict:  # arguments of an exercise
        return {name: value_to_json(item) for name, item in value.items()}
    if isinstance(value, np.generic):
        return value.item()
    return value


def from_json(kind: type[Kind], data: object, where: str = "") -> Kind:
    """The dataclass that `to_json` wrote.

    Raises
    ------
    FormatError
        If a field is missing, unknown, or of another type; the text names it.
    """
    hints = _hints(kind)
    if not isinstance(data, dict):
        raise FormatError(f"{where or kind.__name__}: expected an object; got {str(data)[:40]!r}")
    optional = {
        field.name for field in dataclasses.fields(kind) if field.default is not dataclasses.MISSING
    }
    if unknown := data.keys() - hints.keys():
        raise FormatError(f"{where or kind.__name__}: unknown fields {sorted(unknown)[:3]}")
    if missing := hints.keys() - optional - data.keys():
        raise FormatError(f"{where or kind.__name__}: no {', '.join(sorted(missing))}")
    return kind(
        **{
            name: _from_json(hints[name], value, f"{where}.{name}".lstrip("."))
            for name, value in data.items()
        }
    )


def _from_json(hint: object, data: object, where: str):
    if hint is object:
        return value_from_json(data)
    options = _options(hint)
    if data is None and types.NoneType in options:
        return None
    hint = next(one for one in options if one is not types.NoneType)
    if hint is np.ndarray:
        value = value_from_json(data)
        if not isinstance(value, np.ndarray | np.generic):
            raise FormatError(f"{where}: expected an array")
        return np.asarray(value)
    if dataclasses.is_dataclass(hint):
        return from_json(hint, data, where)
    kind = typing.get_origin(hint)
    if kind in (tuple, frozenset) and type(data) is list:
        item = typing.get_args(hint)[0]
        return kind(_from_json(item, one, f"{where}[{i}]") for i, one in enumerate(data))
    if hint is dict and type(data) is dict:
        return {name: value_from_json(item) for name, item in data.items()}
    if kind is dict and type(data) is dict:
        item = typing.get_args(hint)[1]
        return {name: _from_json(item, one, f"{where}.{name}") for name, one in data.items()}
    if hint is float and type(data) in (int, float):
        return data
    if hint in (str, int, bool) and type(data) is hint:
        return data
    expected = getattr(hint, "__name__", str(hint))
    raise FormatError(f"{where}: expected {expected}; got {str(data)[:40]!r}")


def _options(hint: object) -> tuple:
    return typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)


@functools.cache
def _hints(kind: type) -> dict[str, object]:
    return typing.get_type_hints(kind)
