# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(170, b"x", 1)
print(42)
