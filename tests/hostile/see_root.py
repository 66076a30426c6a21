# verdict: accepted
# prints: bin box dev etc lib lib64 tmp usr
import os
print(*sorted(os.listdir("/")))
