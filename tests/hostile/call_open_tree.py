# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(428, -100, b"/", 1)
print(42)
