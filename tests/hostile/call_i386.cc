// verdict: sandbox_refused or runtime_error
// getpid by the numbers of i386, which a filter for x86-64 reads as another call. Kernels without
// that interface fault.
int main() {
  int result = 20;
  __asm__ volatile("int $0x80" : "+a"(result));
  return result == 0;
}
