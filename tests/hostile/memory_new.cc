// verdict: memory_limit
int main() { return *new char[1ul << 40]; }
