# verdict: time_limit wall_ms=300
import threading
lock = threading.Lock()
lock.acquire()
lock.acquire()
