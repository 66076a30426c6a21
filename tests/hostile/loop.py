# verdict: time_limit time_ms=150
while True:
    pass
