# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(68, 1234, 0o1600)
print(42)
