# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(135, 0x0400000)
print(42)
