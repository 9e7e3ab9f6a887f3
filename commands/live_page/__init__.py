"""The page of a deck in a browser of this machine, which follows the source while it is written.

In come previews and findings; out goes a page on the loopback address that loads itself again.

screen      what is shown at this moment, for whoever waits for the next
assembly    the published page with what only the preview has: findings, and a script that reloads
server      the web server, which answers for this machine alone
printing    the cheat sheet, printed while its author goes on writing
"""
