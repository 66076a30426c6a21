// verdict: time_limit time_ms=150
#include <unistd.h>
int main() {
  close(0), close(1), close(2);
  for (volatile int i = 0;; i = i + 1) {
  }
}
