"""An event listener: events come on stdin, only the protocol goes to stdout."""

import sys


def say(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def pairs(text):
    return dict(item.split(":") for item in text.split())


# part: loop
while True:
    say("READY\n")
    head = pairs(sys.stdin.readline())
    body = pairs(sys.stdin.read(int(head["len"])))
    print(head["eventname"], body["processname"], file=sys.stderr, flush=True)
    say("RESULT 2\nOK")
# part: end
