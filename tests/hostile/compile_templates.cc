// verdict: compile_error
template <int N, class T>
struct Tree {
  struct Left {};
  struct Right {};
  static constexpr int value = Tree<N - 1, Left>::value + Tree<N - 1, Right>::value;
};
template <class T>
struct Tree<0, T> {
  static constexpr int value = 1;
};
int main() { return Tree<40, int>::value; }
