"""What a person can do: one file a verb. Only this package knows the terminal."""
