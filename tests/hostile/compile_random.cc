// verdict: compile_error
#include "/dev/urandom"
