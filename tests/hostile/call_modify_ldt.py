# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(154, 0, 0, 0)
print(42)
