# verdict: wrong_answer
import os
os.write(1, b"42\xff\xfe\x00\n")
