# verdict: accepted input_bytes=4000000
# prints: 4000000
import sys
print(len(sys.stdin.read()))
