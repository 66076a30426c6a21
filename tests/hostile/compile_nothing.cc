// verdict: compile_error
