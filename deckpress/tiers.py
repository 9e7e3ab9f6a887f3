"""The tiers of cards: what must be known, what to learn first, and what can wait."""

from __future__ import annotations

MUST, CORE, EXTRA = "must", "core", "extra"
TIERS = (MUST, CORE, EXTRA)


def tiers_of(tier: str | None) -> tuple[str, ...]:
    """The tiers that a card with this `tier=` belongs to: what must be known is in the core too."""
    if tier == MUST:
        return MUST, CORE
    return (tier,) if tier else ()
