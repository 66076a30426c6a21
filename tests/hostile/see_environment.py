# verdict: accepted
# prints: HOME LANG PATH PYTHONHASHSEED
import os
print(*sorted(os.environ))
