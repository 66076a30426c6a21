# verdict: accepted
import os
print("seen" if os.path.exists("/tmp/lemma-hostile") else 42)
open("/tmp/lemma-hostile", "w").close()
