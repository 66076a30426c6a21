// verdict: output_limit
#include <unistd.h>
int main() {
  static char block[1 << 16];
  for (;;) (void)!write(1, block, sizeof block);
}
