# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(175, 0, 0, b"")
print(42)
