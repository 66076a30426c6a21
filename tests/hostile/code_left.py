# verdict: accepted
# Python would run these at the next start, if there were one in the same place.
import os, site
for folder in (site.getusersitepackages(), "/tmp"):
    os.makedirs(folder, exist_ok=True)
    for name in ("sitecustomize.py", "usercustomize.py", "lemma-hostile.pth"):
        open(os.path.join(folder, name), "w").write("import os; os.write(1, b'left')\n")
print(42)
