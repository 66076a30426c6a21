// verdict: memory_limit
#include <string.h>
#include <sys/mman.h>
int main() {
  constexpr size_t kBytes = 256 << 20;
  void* memory = mmap(nullptr, kBytes, PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  memset(memory, 1, kBytes);
}
