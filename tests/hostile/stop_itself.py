# verdict: time_limit wall_ms=300
import os, signal
os.kill(os.getpid(), signal.SIGSTOP)
print(42)
