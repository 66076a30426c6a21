# verdict: accepted
try:
    __import__("os").listdir("/var")
    print("read")
except OSError:
    print(42)
