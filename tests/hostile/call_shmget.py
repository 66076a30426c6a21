# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(29, 1234, 4096, 0o1600)
print(42)
