# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(161, b"/tmp")
print(42)
