# verdict: accepted
# prints: null urandom
import os
print(*sorted(os.listdir("/dev")))
