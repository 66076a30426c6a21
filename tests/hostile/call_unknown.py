# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(9999, 0, 0, 0, 0, 0)
print(42)
