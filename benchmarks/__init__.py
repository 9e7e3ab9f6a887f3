"""What Deckpress costs, measured on this machine: ``python3 -m benchmarks``."""
