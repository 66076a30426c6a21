# verdict: accepted input_bytes=1000
import os
for change in (lambda: os.write(0, b"x"), lambda: os.truncate(0, 0), lambda: os.truncate(0, 10**6)):
    try:
        change()
        print("changed")
    except OSError:
        pass
print(42 if os.fstat(0).st_size == 1000 else "changed")
