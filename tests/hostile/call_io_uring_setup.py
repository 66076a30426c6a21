# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(425, 8, 0)
print(42)
