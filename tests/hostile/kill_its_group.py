# verdict: runtime_error
import os, signal
print(42, flush=True)
os.killpg(0, signal.SIGKILL)
