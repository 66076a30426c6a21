# verdict: accepted
# prints: True
import os
print(set(os.listdir("/etc")) <= {"alternatives", "ld.so.cache"})
