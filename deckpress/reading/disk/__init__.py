"""What is read from the disk: a source, the files beside it, and the records of imported cards.

files           loads a source and whatever it shows; refuses what leads out of its folder
paths           how the files around a source are named
imported        the file that records where imported cards come from
"""
