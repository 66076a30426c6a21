# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(438, 3, 0, 0)
print(42)
