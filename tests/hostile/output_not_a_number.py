# verdict: wrong_answer
print("nan\n-0\n1e400")
