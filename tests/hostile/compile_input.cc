// verdict: compile_error
#include "/dev/stdin"
