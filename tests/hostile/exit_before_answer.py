# verdict: wrong_answer
import os
os._exit(0)
print(42)
