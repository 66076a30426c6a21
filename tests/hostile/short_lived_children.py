# verdict: time_limit wall_ms=400
# Their processor time is nobody's once they are reaped unseen: the clock on the wall counts it.
import os, signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    try:
        if os.fork() == 0:
            os._exit(0)
    except BlockingIOError:
        pass
