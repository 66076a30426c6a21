# verdict: memory_limit
import zlib
packer = zlib.compressobj(1)
bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(100)) + packer.flush()
print(len(zlib.decompress(bomb)))
