# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(312, 1, 2, 0, 0, 0)
print(42)
