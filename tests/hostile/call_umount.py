# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(166, b"/tmp", 2)
print(42)
