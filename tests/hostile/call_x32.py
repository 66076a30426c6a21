# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(1073741863, 0, 0, 0, 0, 0)
print(42)
