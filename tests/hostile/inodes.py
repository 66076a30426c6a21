# verdict: accepted
import os
try:
    for n in range(10**6):
        os.symlink("x", f"/tmp/lemma-hostile-{n}")
except OSError:
    print(42 if n < 2000 else n)
