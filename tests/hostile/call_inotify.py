# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(294, 0)
print(42)
