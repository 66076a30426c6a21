# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(250, 0, -3, 0, 0, 0)
print(42)
