"""Measurements that anyone can repeat: `python -m bench NAME --data DIR --json OUT`.

A measurement NAME is the module `bench.NAME` (with `_` for `-`) with one function:

    def run(data: Path, sets: str | None, limit: int | None) -> Outcome      (may also be `async def`)

`data` is the folder of data sets; `sets` a glob over set keys (None: all; use `bench.report.wanted`); `limit` caps the
items of a set. The result is `{"sets": {KEY: {METRIC: number}}, "skipped": {KEY: reason}}`. Modules recognise a set by
the shape of its files, never by its name. Nothing under bench/ ships.
"""
