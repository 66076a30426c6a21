// verdict: time_limit time_ms=300
#include <unistd.h>
int main() {
  for (;;) fork();
}
