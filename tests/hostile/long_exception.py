# verdict: runtime_error
raise Exception("x" * 200000)
