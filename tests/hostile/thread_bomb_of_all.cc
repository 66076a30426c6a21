// verdict: accepted
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
void* Wait(void*) { return pause(), nullptr; }
int main() {
  pthread_t thread;
  int n = 0;
  while (pthread_create(&thread, nullptr, Wait, nullptr) == 0) ++n;
  puts(n < 100 ? "42" : "too many");
}
