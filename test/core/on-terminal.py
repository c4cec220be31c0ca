"""Runs a program on a terminal of its own and plays the person: on-terminal.py STEPS PROGRAM ARGUMENT...

STEPS is a JSON list of [what to wait for on the screen, what to type then]. Prints what was on the screen, as JSON with the exit code.
"""
import json
import os
import pty
import select
import signal
import sys
import time

steps, command = json.loads(sys.argv[1]), sys.argv[2:]
pid, screen = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
text, seen, missed = b"", 0, None


def read(seconds):
    """False where the program has closed its terminal."""
    global text
    if not select.select([screen], [], [], seconds)[0]:
        return True
    try:
        piece = os.read(screen, 65536)
    except OSError:
        return False
    text += piece
    return piece != b""


def wait_for(words):
    global seen
    end = time.monotonic() + 30
    while words not in text[seen:]:
        if time.monotonic() > end or not read(0.2):
            return False
    seen = text.index(words, seen) + len(words)
    return True


for words, keys in steps:
    if not wait_for(words.encode()):
        missed = words
        os.kill(pid, signal.SIGKILL)
        break
    # The program writes its question first and reads then.
    time.sleep(0.3)
    os.write(screen, keys.encode())
end = time.monotonic() + 30
while read(0.2):
    if time.monotonic() > end:
        missed = "the end of the program"
        os.kill(pid, signal.SIGKILL)
        break
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(json.dumps({"text": text.decode(errors="replace"), "missed": missed, "code": code}))
