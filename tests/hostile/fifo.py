# verdict: sandbox_refused
import os
os.mkfifo("/tmp/lemma-hostile")
