# verdict: accepted
import os
for path in ("/lemma-hostile", "/box/lemma-hostile", "/usr/lemma-hostile", "/dev/lemma-hostile",
             "/etc/ld.so.cache", "/box/main.py", "/box/.init"):
    try:
        open(path, "w")
        print("wrote", path)
    except OSError:
        pass
for change in (lambda: os.chmod("/usr", 0), lambda: os.rename("/usr", "/rsu"),
               lambda: os.unlink("/box/main.py"), lambda: os.rename("/tmp", "/box/tmp"),
               lambda: os.utime("/usr/bin"), lambda: os.link("/usr/bin/true", "/tmp/lemma-hostile")):
    try:
        change()
        print("changed")
    except OSError:
        pass
print(42)
