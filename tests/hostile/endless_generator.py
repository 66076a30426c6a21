# verdict: time_limit time_ms=150
import itertools
print(sum(1 for _ in itertools.count()))
