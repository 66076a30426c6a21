// verdict: compile_error
#include __FILE__
#include __FILE__
