# verdict: memory_limit
import os, time
for _ in range(8):
    if os.fork() == 0:
        block = bytearray(b"x") * (20 << 20)
        time.sleep(1000)
time.sleep(1000)
