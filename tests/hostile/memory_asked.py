# verdict: memory_limit
bytearray(10**13)
