# verdict: runtime_error
import threading
for _ in range(10**5):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
