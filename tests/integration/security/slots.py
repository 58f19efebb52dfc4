"""Where a request of the described API can hold an id: in its path, its query, or anywhere in its body."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

Json = Any
_ID_NAME = re.compile(r"(?:^|_)ids?$")
JSON_BODY, FORM_BODY = "application/json", "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Slot:
    """One place for an id in one operation. `place` is `path`, `query` or a kind of body; `steps` lead into a body."""

    verb: str
    path: str
    place: str
    steps: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.verb.upper()} {self.path} {self.place}:{'.'.join(self.steps)}"


@dataclass(frozen=True, slots=True)
class Call:
    """A request, ready for a client."""

    verb: str
    url: str
    query: dict[str, str]
    body: Json = None
    form: dict[str, str] | None = None
    file_field: str = ""

    def options(self) -> dict[str, Any]:
        """Arguments of `client.request`."""
        if self.form is not None:
            files = {self.file_field: ("x.md", b"# X\n", "text/markdown")} if self.file_field else None
            return {"params": self.query, "data": self.form, "files": files}
        return {"params": self.query} | ({} if self.body is None else {"json": self.body})


class Api:
    """The operations of an OpenAPI document."""

    def __init__(self, document: dict[str, Json]) -> None:
        self._document = document

    def operations(self) -> Iterator[tuple[str, str, Json]]:
        """(verb, path, operation) of each."""
        for path, item in self._document["paths"].items():
            for verb, operation in item.items():
                yield verb, path, operation

    def slots(self) -> list[Slot]:
        """Every place for an id."""
        found = []
        for verb, path, operation in self.operations():
            for parameter in operation.get("parameters", []):
                if parameter["in"] in ("path", "query") and self._holds_id(parameter["name"], parameter["schema"]):
                    found.append(Slot(verb, path, parameter["in"], (parameter["name"],)))
            for kind, body in operation.get("requestBody", {}).get("content", {}).items():
                for steps in sorted(set(self._inside(body.get("schema", {}), (), ()))):
                    found.append(Slot(verb, path, kind, steps))
        return found

    def call(self, slot: Slot, value: UUID, others: dict[str, UUID]) -> Call:
        """A request that is valid but for its id; further ids of the path are taken from `others`, else the same."""
        operation = self._document["paths"][slot.path][slot.verb]
        url, query = slot.path, {}
        for parameter in operation.get("parameters", []):
            name, schema = parameter["name"], parameter["schema"]
            here = slot.place == parameter["in"] and slot.steps == (name,)
            if parameter["in"] == "path":
                filled = str(value) if here else str(others.get(name, value))
                filled = filled if self._holds_id(name, schema) else str(self.sample(schema))
                url = url.replace("{" + name + "}", filled)
            elif parameter["in"] == "query" and (here or parameter.get("required")):
                query[name] = str(value) if here else str(self.sample(schema))
        made = Call(slot.verb.upper(), url, query)
        content = operation.get("requestBody", {}).get("content", {})
        kind = slot.place if slot.place in content else next((k for k in (JSON_BODY, FORM_BODY) if k in content), "")
        if not kind:
            return made
        steps = slot.steps if slot.place == kind else ()
        body = self.sample(content[kind].get("schema", {}), steps, str(value))
        if kind == JSON_BODY:
            return replace(made, body=body)
        fields = self._resolved(content[kind]["schema"]).get("properties", {})
        files = [name for name, schema in fields.items() if _is_file(schema)]
        form = {k: v if isinstance(v, str) else json.dumps(v) for k, v in body.items() if k not in files}
        return replace(made, form=form, file_field=files[0] if files else "")

    def sample(self, schema: Json, steps: tuple[str, ...] = (), value: str = "") -> Json:
        """The least that `schema` allows, holding `value` at the end of `steps`."""
        schema = self._resolved(schema)
        if "const" in schema or "enum" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        for word in ("anyOf", "oneOf", "allOf"):
            if word in schema:
                return self.sample(self._option(schema[word], steps), steps, value)
        match schema.get("type"):
            case "object":
                return self._object(schema, steps, value)
            case "array":
                if steps[:1] == ("[]",):
                    return [self.sample(schema["items"], steps[1:], value)]
                return [self.sample(schema["items"]) for _ in range(schema.get("minItems", 0))]
        return value if not steps and value else _scalar(schema)

    def _object(self, schema: Json, steps: tuple[str, ...], value: str) -> Json:
        made = {}
        for name, inner in schema.get("properties", {}).items():
            if steps[:1] == (name,):
                made[name] = self.sample(inner, steps[1:], value)
            elif name in schema.get("required", []):
                made[name] = self.sample(inner)
        return made

    def _option(self, options: list[Json], steps: tuple[str, ...]) -> Json:
        resolved = [self._resolved(option) for option in options]
        if steps:
            wanted = "array" if steps[0] == "[]" else "object"
            fitting = [
                o for o in resolved if o.get("type") == wanted and (o.get("items") or steps[0] in o["properties"])
            ]
            return fitting[0] if fitting else resolved[0]
        return next((o for o in resolved if o.get("type") not in ("null", "array", "object")), resolved[0])

    def _inside(self, schema: Json, steps: tuple[str, ...], seen: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        reference = schema.get("$ref", "")
        if reference in seen or len(steps) > 8:
            return
        schema, seen = self._resolved(schema), (*seen, reference) if reference else seen
        name = next((step for step in reversed(steps) if step != "[]"), "")
        if steps and self._is_id(name, schema):
            yield steps
        for word in ("anyOf", "oneOf", "allOf"):
            for option in schema.get(word, []):
                yield from self._inside(option, steps, seen)
        if "items" in schema:
            yield from self._inside(schema["items"], (*steps, "[]"), seen)
        for key, inner in schema.get("properties", {}).items():
            yield from self._inside(inner, (*steps, key), seen)

    def _holds_id(self, name: str, schema: Json) -> bool:
        return any(True for _ in self._inside(schema, (name,), ()))

    def _is_id(self, name: str, schema: Json) -> bool:
        return schema.get("format") == "uuid" or (schema.get("type") == "string" and bool(_ID_NAME.search(name)))

    def _resolved(self, schema: Json) -> Json:
        while "$ref" in schema:
            schema = self._document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return schema


def _is_file(schema: Json) -> bool:
    return schema.get("format") == "binary" or "contentMediaType" in schema


def _scalar(schema: Json) -> Json:
    match schema.get("type"):
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
        case "null":
            return None
    known = {
        "email": "nobody@mail.example",
        "uri": "https://x.example/",
        "date": "2026-01-01",
        "uuid": str(UUID(int=1)),
    }
    return known.get(schema.get("format", ""), "x" * max(1, schema.get("minLength", 1)))
