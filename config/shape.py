"""The shape of a configuration: which setting stands at a key path, and where a key has its place."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.problems import KeyPath
from config.settings import Settings


def field_at(path: KeyPath) -> FieldInfo | None:
    """The setting at `path`; None for keys that people choose, and for unknown ones."""
    model = model_at(path[:-1]) if path else None
    return model.model_fields.get(str(path[-1])) if model else None


def model_at(path: KeyPath) -> type[BaseModel] | None:
    """The settings class whose keys stand at `path`."""
    here: Any = Settings
    for part in path:
        if isinstance(here, type) and issubclass(here, BaseModel):
            field = here.model_fields.get(str(part))
            here = plain(field.annotation) if field else None
        elif get_origin(here) is dict:
            here = plain(get_args(here)[1])
        else:
            return None
    return here if isinstance(here, type) and issubclass(here, BaseModel) else None


def present(annotation: Any) -> Any:
    """Without None."""
    if get_origin(annotation) in {Union, types.UnionType}:
        return next(choice for choice in get_args(annotation) if choice is not type(None))
    return annotation


def plain(annotation: Any) -> Any:
    """Without Annotated and None."""
    hint = present(annotation)
    return plain(get_args(hint)[0]) if get_origin(hint) is Annotated else hint


def bounds(setting: FieldInfo, words: Mapping[str, str]) -> list[str]:
    """The bounds of a number in words; `words` has a format for each kind: ge, gt, le, lt."""
    return [
        text.format(getattr(constraint, kind))
        for constraint in setting.metadata
        for kind, text in words.items()
        if hasattr(constraint, kind)
    ]


def places(key: str, model: type[BaseModel] = Settings, where: str = "") -> Iterator[str]:
    """Where a key is known, as people write the path: producer.services.KEY.scaling."""
    for name, field_ in model.model_fields.items():
        if name == key:
            yield where or "the top of the file"
        inner = plain(field_.annotation)
        ending = ""
        if get_origin(inner) is dict:
            inner, ending = plain(get_args(inner)[1]), ".KEY"
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from places(key, inner, f"{where}{'.' if where else ''}{name}{ending}")
