# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(323, 0)
print(42)
