# verdict: compile_error
def f(:
    pass
