# verdict: accepted
try:
    open("/proc/self/maps").read()
    print("read")
except OSError:
    print(42)
