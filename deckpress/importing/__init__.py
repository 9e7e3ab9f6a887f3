"""Other formats in, a deck's Markdown out: what authors have, read into notes, written as a source.

What comes in are the bytes of a file and of those beside it; what goes out are the texts of a
source, its pictures, and a report. Nothing here writes to the disk. All input is untrusted.
"""
