# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(248, b"user", b"lemma-hostile", b"x", 1, -5)
print(42)
