# verdict: accepted
# prints: .init main.py
import os
print(*sorted(os.listdir("/box")), *os.listdir("/tmp"))
