"""What the next release will be. In: a checked source, its repository; out: a plan, or a refusal.

Nothing is written here.
"""
