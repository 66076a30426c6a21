# verdict: wrong_answer
print("41\x1b[2K\r42")
