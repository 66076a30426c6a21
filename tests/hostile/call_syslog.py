# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(103, 3, 0, 0)
print(42)
