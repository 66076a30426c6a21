# verdict: accepted
# prints: 1 65534 box True
import os
print(os.getppid(), os.getuid(), os.uname().nodename, len(os.getgroups()) <= 1)
