"""What Deckpress takes in time and memory on this machine: ``python3 -m benchmarks``."""
