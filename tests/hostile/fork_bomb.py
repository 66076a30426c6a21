# verdict: runtime_error memory_mb=512
import os
while True:
    os.fork()
