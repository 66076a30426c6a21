# verdict: time_limit wall_ms=300
import time
time.sleep(10**6)
