# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(165, b"none", b"/tmp", b"tmpfs", 0, 0)
print(42)
