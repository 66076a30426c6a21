// verdict: time_limit time_ms=150
#include <pthread.h>
void* Spin(void*) {
  for (volatile int i = 0;; i = i + 1) {
  }
}
int main() {
  pthread_t thread;
  for (int i = 0; i < 4; ++i) pthread_create(&thread, nullptr, Spin, nullptr);
  Spin(nullptr);
}
