// verdict: runtime_error
#include <fcntl.h>
#include <unistd.h>
int main() {
  static char block[1 << 20];
  const int file = open("/tmp/lemma-hostile", O_CREAT | O_WRONLY, 0600);
  for (;;) (void)!write(file, block, sizeof block);
}
