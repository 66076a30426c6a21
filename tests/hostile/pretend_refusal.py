# verdict: sandbox_refused
import os, signal
os.kill(os.getpid(), signal.SIGSYS)
