# verdict: sandbox_refused
import os, stat
os.mknod("/tmp/lemma-hostile", stat.S_IFBLK | 0o600, os.makedev(8, 0))
