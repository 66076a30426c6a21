// verdict: sandbox_refused
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
int main() {
  if (fork() == 0) syscall(165, "none", "/tmp", "tmpfs", 0, 0);  // mount
  wait(nullptr);
  puts("42");
}
