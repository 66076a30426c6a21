# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(101, 16, 1, 0, 0)
print(42)
