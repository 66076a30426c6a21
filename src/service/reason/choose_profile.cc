#include "service/reason/choose_profile.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

namespace lemma::reason {
namespace {

// A phrase and how much it says for a program (or, negative, for mathematics). It begins at the
// beginning of a word; one that ends in '|' also ends at the end of a word.
struct Clue {
  std::string_view phrase;
  int weight;
};

constexpr int kWeightForAlgorithm = 2;
constexpr int kWeightOfProgramName = 2;
constexpr int kWeightOfLatex = -2;

constexpr Clue kClues[] = {
    // What is only said of programs.
    {"`", 2},
    {"def ", 2},
    {"#include", 2},
    {"nums", 2},
    {"arr|", 2},
    {"o(n", 2},
    {"o(1)", 2},
    {"o(log", 2},
    {"algorithm", 2},
    {"array", 2},
    {"subarray", 2},
    {"substring", 2},
    {"anagram", 2},
    {"linked list", 2},
    {"binary tree", 2},
    {"binary search", 2},
    {"hash map", 2},
    {"hash table", 2},
    {"knapsack", 2},
    {"dynamic program", 2},
    {"depth-first", 2},
    {"breadth-first", 2},
    {"time complexity", 2},
    {"space complexity", 2},
    {"pseudocode", 2},
    {"source code", 2},
    {"write code", 2},
    {"write a program", 2},
    {"write a function", 2},
    {"write a method", 2},
    {"write a script", 2},
    {"function that takes", 2},
    {"function that returns", 2},
    {"function returns", 2},
    {"return true", 2},
    {"return false", 2},
    {"return the ind", 2},
    {"return its ind", 2},
    {"return their ind", 2},
    {"return -1", 2},
    {"list of integers", 2},
    {"given a string", 2},
    {"string s|", 2},
    {"two strings", 2},
    {"two sum|", 2},
    {"valid parentheses", 2},
    {"in-place", 2},
    {"standard input", 2},
    {"stdin", 2},
    {"input format", 2},
    {"python", 2},
    {"c++", 2},
    {"java|", 2},
    {"javascript", 2},
    {"leetcode", 2},
    {"linear time", 2},
    {"flood fill", 2},
    {"sieve", 2},
    {"two pointers", 2},
    {"coin change", 2},
    {"longest common sub", 2},
    {"shortest path", 2},
    {"sorted list", 2},
    {"name the function", 2},
    {"signature", 2},
    {"need a function", 2},
    {"codeforces", 2},
    // What is said of programs more often than in mathematics.
    {"implement", 1},
    {"return", 1},
    {"output", 1},
    {"code|", 1},
    {"program|", 1},
    {"string", 1},
    {"list|", 1},
    {"sort", 1},
    {"index", 1},
    {"indices", 1},
    {"element", 1},
    {"target", 1},
    {"palindrom", 1},
    {"stack|", 1},
    {"queue|", 1},
    {"heap|", 1},
    {"node", 1},
    {"loop", 1},
    {"recursive", 1},
    {"iterate", 1},
    {"grid", 1},
    {"function that", 1},
    {"define a function", 1},
    {"= [", 1},
    {"example:", 1},
    {"efficiently", 1},
    {"lists|", 1},
    {"sequences|", 1},
    {"subsequence", 1},
    {"longest", 1},
    {"word|", 1},
    {"words|", 1},
    {"letters", 1},
    {"matrix", 1},
    {"rotat", 1},
    {"revers", 1},
    {"merge", 1},
    {"ascending", 1},
    {"descending", 1},
    {"duplicate", 1},
    {"fewest", 1},
    {"coins", 1},
    {"character", 1},
    {"dictionary", 1},
    {"brackets", 1},
    {"rearrang", 1},
    {"weights", 1},
    {"lcs|", 2},
    {"hops", 1},
    {"input:", 1},
    {"islands", 1},
    {"capacity", 1},
    // What sounds like programs and is mathematics.
    {"euclidean algorithm", -2},
    {"euclid's algorithm", -2},
    {"division algorithm", -2},
    {"rectangular array", -2},
    {"linear program", -2},
    {"return trip", -1},
    {"returns to", -1},
    {"f(x)", -1},
    {"prove|", -1},
    {"probability", -1},
    {"number of ways", -1},
    {"positive integers", -1},
    {"coordinate", -1},
    {"[asy]", -4},
    {"$", -1},
    // The same in Chinese.
    {"数组", 2},
    {"算法", 2},
    {"编程", 2},
    {"编写", 2},
    {"代码", 2},
    {"写程序", 2},
    {"写一个程序", 2},
    {"写一段程序", 2},
    {"链表", 2},
    {"二叉树", 2},
    {"二分查找", 2},
    {"字符串", 2},
    {"子串", 2},
    {"哈希", 2},
    {"背包", 2},
    {"动态规划", 2},
    {"深度优先", 2},
    {"广度优先", 2},
    {"时间复杂度", 2},
    {"空间复杂度", 2},
    {"写一个函数", 2},
    {"写函数", 2},
    {"函数实现", 2},
    {"实现一个", 2},
    {"实现函数", 2},
    {"返回索引", 2},
    {"返回下标", 2},
    {"返回它们的下标", 2},
    {"整数列表", 2},
    {"两数之和", 2},
    {"标准输入", 2},
    {"输入格式", 2},
    {"原地", 2},
    {"力扣", 2},
    {"双指针", 2},
    {"筛法", 2},
    {"岛屿", 2},
    {"最短路", 2},
    {"有序列表", 2},
    {"程序", 1},
    {"实现", 1},
    {"返回", 1},
    {"输出", 1},
    {"列表", 1},
    {"排序", 1},
    {"下标", 1},
    {"索引", 1},
    {"元素", 1},
    {"目标值", 1},
    {"回文", 1},
    {"遍历", 1},
    {"递归", 1},
    {"网格", 1},
    {"示例", 1},
    {"高效", 1},
    {"单词", 1},
    {"字母", 1},
    {"矩阵", 1},
    {"旋转", 1},
    {"反转", 1},
    {"合并", 1},
    {"升序", 1},
    {"降序", 1},
    {"重复", 1},
    {"最长", 1},
    {"子序列", 1},
    {"硬币", 1},
    {"容量", 1},
    {"字符", 1},
    {"字典", 1},
    {"质数筛", 2},
    {"几个岛", 2},
    {"设计一个函数", 2},
    {"例如", 1},
    {"开头", 1},
    {"请实现", 2},
    {"程序框图", -2},
    {"运算法则", -2},
    {"欧几里得算法", -2},
    {"欧几里德算法", -2},
    {"返回途中", -1},
    {"证明", -1},
    {"概率", -1},
};

// Names of four letters or more that are called in formulas.
constexpr std::string_view kFormulaNames[] = {"sqrt", "sinh",   "cosh",   "tanh",
                                              "area", "arcsin", "arccos", "arctan"};

// In lower case.
constexpr std::array<bool, 256> kWordChars = [] {
  std::array<bool, 256> is_one{};
  for (size_t c = 0; c < is_one.size(); ++c) {
    is_one[c] = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  }
  return is_one;
}();

bool IsWordChar(char c) { return kWordChars[static_cast<uint8_t>(c)]; }

std::string ToLowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// The clues by their first two bytes, so that one pass over a text finds them all.
class ClueIndex {
 public:
  ClueIndex() {
    for (size_t i = 0; i < std::size(kClues); ++i) {
      const std::string_view phrase = kClues[i].phrase;
      const auto add = [&](char second) {
        lists_[ListOf(phrase[0], second)].push_back(static_cast<uint16_t>(i));
      };
      if (phrase.size() > 1) {
        add(phrase[1]);
      } else {  // anything may follow
        for (int second = 0; second < 0x100; ++second) add(static_cast<char>(second));
      }
    }
    for (size_t i = 0; i < kLists; ++i) has_any_[i] = !lists_[i].empty();
  }

  // The weights of the clues in the text, each counted once.
  int WeightOf(const std::string& text) const {
    std::bitset<std::size(kClues)> found;
    int weight = 0;
    bool was_word = false;
    for (size_t at = 0; at < text.size(); ++at) {
      const size_t list = ListOf(text[at], text[at + 1]);
      const bool is_word = IsWordChar(text[at]);
      // One branch, hardly ever taken.
      const bool may_be = has_any_[list] & !(is_word & was_word);
      was_word = is_word;
      if (!may_be) continue;
      for (const uint16_t i : lists_[list]) {
        if (found[i] || !IsAt(kClues[i].phrase, text, at)) continue;
        found[i] = true;
        weight += kClues[i].weight;
      }
    }
    return weight;
  }

 private:
  static constexpr size_t kLists = 4096;

  static size_t ListOf(char first, char second) {
    return (static_cast<uint8_t>(first) * 61u + static_cast<uint8_t>(second)) % kLists;
  }

  static bool IsAt(std::string_view phrase, std::string_view text, size_t at) {
    const bool whole_word = phrase.ends_with('|');
    if (whole_word) phrase.remove_suffix(1);
    if (!text.substr(at).starts_with(phrase)) return false;
    const size_t end = at + phrase.size();
    return !whole_word || end == text.size() || !IsWordChar(text[end]);
  }

  std::array<std::vector<uint16_t>, kLists> lists_;
  std::array<bool, kLists> has_any_{};
};

bool IsLetter(char c) { return c >= 'a' && c <= 'z'; }

// Whether `word`, before `rest`, is a name that only programs have: max_sum, or reverse(x).
bool IsProgramName(std::string_view word, std::string_view rest) {
  const size_t mark = word.find('_');
  if (mark != word.npos) {
    // Not a_1 or x_max, which are formulas.
    return mark >= 2 && mark + 2 < word.size() && IsLetter(word[mark - 1]) &&
           IsLetter(word[mark + 1]);
  }
  const bool is_called = rest.starts_with('(') && !rest.starts_with("(s)");
  const auto* end = std::end(kFormulaNames);
  return is_called && word.size() >= 4 && std::find(std::begin(kFormulaNames), end, word) == end;
}

// What the names in the text say: a program's, or \\frac and other commands of LaTeX.
int WeightOfNames(std::string_view text) {
  bool has_program_name = false;
  bool has_latex = false;
  const auto end_of_word = [&](size_t at) {
    while (at < text.size() && IsWordChar(text[at])) ++at;
    return at;
  };
  // Only around these: most of a text is passed over.
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\\') has_latex = has_latex || end_of_word(at + 1) >= at + 4;
    if (c != '_' && c != '(') continue;
    size_t begin = at;
    while (begin > 0 && IsWordChar(text[begin - 1])) --begin;
    const size_t end = end_of_word(at);
    const bool is_latex = begin > 0 && text[begin - 1] == '\\';
    if (!is_latex && IsLetter(text[begin])) {
      const std::string_view word = text.substr(begin, end - begin);
      has_program_name = has_program_name || IsProgramName(word, text.substr(end));
    }
    if (end > at) at = end - 1;
  }
  return (has_program_name ? kWeightOfProgramName : 0) + (has_latex ? kWeightOfLatex : 0);
}

}  // namespace

std::string_view ChooseProfile(std::string_view text) {
  const std::string lower = ToLowerAscii(text.substr(0, kChooseBytesMax));
  static const ClueIndex clues;
  const int weight = WeightOfNames(lower) + clues.WeightOf(lower);
  return weight >= kWeightForAlgorithm ? "algorithm" : "math";
}

}  // namespace lemma::reason
