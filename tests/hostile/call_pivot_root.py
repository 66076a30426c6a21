# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(155, b"/", b"/")
print(42)
