# verdict: accepted
try:
    for n in range(10**6):
        with open(f"/tmp/lemma-hostile-{n}", "wb") as file:
            file.write(bytes(4 << 20))
except OSError:
    print(42)
