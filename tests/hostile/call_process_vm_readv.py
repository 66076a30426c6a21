# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(310, 1, 0, 0, 0, 0, 0)
print(42)
