# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(64, 1234, 1, 0o1600)
print(42)
