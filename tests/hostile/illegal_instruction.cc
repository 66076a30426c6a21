// verdict: runtime_error
int main() { __asm__ volatile("ud2"); }
