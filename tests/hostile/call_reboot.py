# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(169, 0xfee1dead, 672274793, 0, 0)
print(42)
