#include "service/reason/answer_words.h"

#include "service/reason/text_util.h"

namespace lemma::reason {
namespace {

constexpr std::string_view kMarks[] = {
    "\\text",  "\\mathrm", "\\mathbf", "\\textbf", "\\mbox",
    "\\boxed", "\\fbox",   "\\left",   "\\right",  "\\displaystyle",
    "\\dfrac", "\\tfrac",  "\\,",      "\\!",      "\\;",
    "\\ ",     "\\(",      "\\)",      "\\[",      "\\]",
    "**",      "$"};

// With \dfrac as \frac, and what only marks dropped.
std::string WithoutMarks(std::string_view text) {
  std::string plain;
  for (size_t at = 0; at < text.size();) {
    size_t length = 0;
    for (const std::string_view mark : kMarks) {
      const bool is_word = mark.size() > 2 && mark[0] == '\\';
      const size_t end = at + mark.size();
      if (!text.substr(at).starts_with(mark)) continue;
      if (is_word && end < text.size() && IsLetter(text[end])) continue;  // \textstyle
      length = mark.size();
      if (mark == "\\dfrac" || mark == "\\tfrac") plain += "\\frac";
      break;
    }
    if (length == 0) plain += text[at++];
    at += length;
  }
  return plain;
}

// What may stand before the letter of a choice.
constexpr std::string_view kIntroductions[] = {"option", "choice", "answer", "选项", "答案", "选"};

bool IsChoice(char c) { return c >= 'A' && c <= 'J'; }

}  // namespace

std::string PlainText(std::string_view text) {
  std::string plain;
  for (const char c : WithoutMarks(text)) {
    if (!IsSpace(c)) plain += c;
  }
  return plain;
}

std::string PlainWords(std::string_view text) {
  std::string words;
  for (const char c : Lower(WithoutMarks(text))) {
    const bool is_space = IsSpace(c) || c == '{' || c == '}';
    if (!is_space) {
      words += c;
    } else if (!words.empty() && words.back() != ' ') {
      words += ' ';
    }
  }
  std::string_view trimmed = TrimPunctuation(words);
  for (const std::string_view article : {"the ", "a ", "an "}) {
    if (trimmed.starts_with(article)) trimmed.remove_prefix(article.size());
  }
  return std::string(trimmed);
}

std::string ChoiceLetters(std::string_view text) {
  std::string plain;
  for (const char c : WithoutMarks(text)) {
    if (c != '{' && c != '}') plain += c;
  }
  std::string_view rest = Trim(plain);
  for (const std::string_view word : kIntroductions) {
    if (Lower(rest.substr(0, word.size())) != word) continue;
    rest = TrimAnyOf(rest.substr(word.size()), " :");
  }
  // One letter, perhaps in brackets, and then nothing or a mark and the choice's text.
  const bool bracket = rest.starts_with('(');
  const std::string_view one = bracket ? rest.substr(1) : rest;
  if (!one.empty() && IsChoice(one[0])) {
    const std::string_view after = one.substr(1);
    const bool closed = bracket ? after.starts_with(')')
                                : after.empty() || after[0] == '.' || after[0] == ')' ||
                                      after[0] == ':' || after.starts_with("、") ||
                                      after.starts_with("．");
    if (closed) return std::string(1, one[0]);
  }
  // Several, in order.
  std::string letters;
  for (const char c : rest) {
    if (IsChoice(c) && (letters.empty() || letters.back() < c)) {
      letters += c;
    } else if (c != ',' && c != ' ') {
      return "";
    }
  }
  return letters;
}

}  // namespace lemma::reason
