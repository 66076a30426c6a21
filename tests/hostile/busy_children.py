# verdict: time_limit time_ms=300 memory_mb=256
import os, time
for _ in range(4):
    if os.fork() == 0:
        while True:
            pass
time.sleep(1000)
