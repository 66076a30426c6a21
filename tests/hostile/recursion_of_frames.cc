// verdict: memory_limit
int Deeper(int n) {
  volatile char frame[1024];
  frame[n & 1023] = 1;
  return Deeper(n + 1) + frame[0];
}
int main() { return Deeper(0); }
