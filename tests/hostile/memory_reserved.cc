// verdict: accepted
#include <stdio.h>
#include <sys/mman.h>
int main() {
  void* memory =
      mmap(nullptr, 1ul << 40, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  puts(memory == MAP_FAILED ? "42" : "a TiB");
}
