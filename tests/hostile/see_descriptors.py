# verdict: accepted
# prints: 0 1 2
import os
found = []
for fd in range(1024):
    try:
        os.fstat(fd)
        found.append(fd)
    except OSError:
        pass
print(*found)
