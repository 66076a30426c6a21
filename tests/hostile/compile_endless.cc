// verdict: compile_error
constexpr int Endless() {
  for (int i = 0;; i ^= 1) {
  }
}
static_assert(Endless() == 0);
int main() {}
