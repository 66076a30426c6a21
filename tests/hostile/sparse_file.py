# verdict: accepted
try:
    open("/tmp/lemma-hostile", "wb").truncate(1 << 60)
except OSError:
    print(42)
