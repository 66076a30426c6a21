// verdict: runtime_error
#include <stdlib.h>
int main() { abort(); }
