// Answers that are words or the letters of a multiple choice, compared as text.
//
// Threads: any. Linear in the text.
#pragma once

#include <string>
#include <string_view>

namespace lemma::reason {

// Shorter runs of letters are products: "abc".
inline constexpr size_t kWordLettersMin = 4;

// Whether its case means nothing: "Evelyn", "even", "YES". Not "ABCD", "xyz", "sin".
bool IsPlainWord(std::string_view word);

// The words of a text without the marks of LaTeX and Markdown and without an article, single spaces
// between, plain words in lower case. "" where the text has more than words, or no plain one.
std::string PlainWords(std::string_view text);

// A text without such marks and without spaces but those between digits: equal texts are equal
// answers whatever they mean.
std::string PlainText(std::string_view text);

// The letters of a multiple choice, and the text that follows a single one.
struct Choice {
  std::string letters;  // "" where the answer is none
  std::string text;     // without marks of LaTeX
};

// "C" of "C", "(C)", "Option C", "选C", and of "\text{C. 12}" with "12"; "ACD" of "A, C, D" and
// "ACD".
Choice ReadChoice(std::string_view text);

}  // namespace lemma::reason
