# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(172, 3)
print(42)
