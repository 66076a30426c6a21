# verdict: sandbox_refused
import ctypes
ctypes.CDLL(None).syscall(240, b"lemma-hostile", 0o102, 0o600, 0)
print(42)
