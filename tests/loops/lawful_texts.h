// Texts that repeat lawfully, as answers and thinking do: matrices, digits, tables, lists, tests.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace lemma {

struct Text {
  std::string name;
  std::string content;
};

inline std::string Repeat(const std::string& piece, int n) {
  std::string text;
  for (int i = 0; i < n; ++i) text += piece;
  return text;
}

// fn(i) for i in [0, n), joined.
inline std::string Lines(int n, const std::function<std::string(int)>& fn) {
  std::string text;
  for (int i = 0; i < n; ++i) text += fn(i);
  return text;
}

std::vector<Text> LawfulTexts();

// Traces of programs: the same few sentences with numbers or names that come back.
std::vector<Text> LawfulTraces();

}  // namespace lemma
