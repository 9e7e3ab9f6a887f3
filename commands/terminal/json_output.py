"""JSON for programs: one object, whose fields ``docs/json.md`` describes."""

from __future__ import annotations

import json
from collections.abc import Mapping

# The number of the format. A field may be added to it; any other change raises it.
SCHEMA = 1


def as_document(fields: Mapping[str, object]) -> str:
    """The text of a JSON object with the schema number and these fields."""
    return json.dumps({"schema": SCHEMA, **fields}, ensure_ascii=False, indent=2)
