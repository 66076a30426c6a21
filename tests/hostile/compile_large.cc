// verdict: compile_error
char array[1ul << 30] = {1};
int main() {}
