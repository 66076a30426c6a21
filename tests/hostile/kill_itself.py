# verdict: runtime_error
import os, signal
print(42, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
