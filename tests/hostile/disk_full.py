# verdict: accepted
try:
    with open("/tmp/lemma-hostile", "wb") as file:
        while True:
            file.write(bytes(1 << 20))
except OSError:
    print(42)
