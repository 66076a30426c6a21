# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(308, 0, 0)
print(42)
