# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(105, 0)
print(42)
