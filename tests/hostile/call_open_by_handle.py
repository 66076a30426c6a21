# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(304, -100, 0, 0)
print(42)
