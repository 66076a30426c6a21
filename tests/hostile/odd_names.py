# verdict: accepted
for name in ("lemma-hostile\n42", "lemma-hostile\x1b[2J", "..lemma-hostile", "-rf lemma-hostile",
             "lemma-hostile" + "x" * 200):
    open("/tmp/" + name, "w").close()
print(42)
