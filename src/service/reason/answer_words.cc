#include "service/reason/answer_words.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "service/reason/math_symbols.h"
#include "service/reason/text_util.h"

namespace lemma::reason {
namespace {

constexpr std::string_view kMarks[] = {"\\text",  "\\mathrm",      "\\mathbf", "\\textbf",
                                       "\\mbox",  "\\boxed",       "\\fbox",   "\\left",
                                       "\\right", "\\displaystyle"};
constexpr std::string_view kSpaces[] = {"\\,", "\\;", "\\ ", "\\!", "\\(",
                                        "\\)", "\\[", "\\]", "$"};

// The mark that the text begins with, of whole commands only; "" for none.
template <size_t N>
std::string_view MarkAt(std::string_view text, const std::string_view (&marks)[N]) {
  for (const std::string_view mark : marks) {
    if (!text.starts_with(mark)) continue;
    const bool goes_on = text.size() > mark.size() && IsLetter(text[mark.size()]);
    if (!(IsLetter(mark.back()) && goes_on)) return mark;  // \textstyle is not \text
  }
  return {};
}

// Without commands that only change looks, with a space for those that part.
std::string WithoutMarks(std::string_view text) {
  text = TrimAnyOf(text, " \t\r\n*");  // Markdown's emphasis
  std::string plain;
  for (size_t at = 0; at < text.size();) {
    const std::string_view mark = MarkAt(text.substr(at), kMarks);
    const std::string_view space = MarkAt(text.substr(at), kSpaces);
    if (mark.empty()) plain += space.empty() ? text[at] : ' ';
    at += mark.empty() ? std::max<size_t>(space.size(), 1) : mark.size();
  }
  return plain;
}

// What may stand before the letter of a choice.
constexpr std::string_view kIntroductions[] = {"option", "choice", "answer", "选项", "答案", "选"};

bool IsChoice(char c) { return c >= 'A' && c <= 'J'; }

}  // namespace

std::string PlainText(std::string_view text) {
  std::string plain;
  bool space = false;
  for (const char c : WithoutMarks(text)) {
    if (IsSpace(c)) {
      space = true;
      continue;
    }
    // "1 2" is not 12, and "1, 234" not 1,234.
    const char last = plain.empty() ? ' ' : plain.back();
    if (space && IsDigit(c) && (IsDigit(last) || last == ',')) plain += ' ';
    plain += c;
    space = false;
  }
  return plain;
}

bool IsPlainWord(std::string_view word) {
  const std::string lower = Lower(word);
  constexpr std::string_view kAnswers[] = {"yes", "no",   "true", "false",
                                           "odd", "even", "none", "all"};
  if (std::find(std::begin(kAnswers), std::end(kAnswers), lower) != std::end(kAnswers)) return true;
  const auto is_function = [&](size_t n_letters) {
    const SymbolMeaning* meaning = FindWord(std::string_view(lower).substr(0, n_letters));
    return meaning != nullptr && meaning->kind == TokenKind::kFunction;
  };
  return word.size() >= kWordLettersMin && std::all_of(word.begin(), word.end(), IsLetter) &&
         word.substr(1) == std::string_view(lower).substr(1) && FindWord(lower) == nullptr &&
         !is_function(word.size() - 1);  // sinx
}

std::string PlainWords(std::string_view text) {
  std::vector<std::string> words(1);
  bool any = false;
  std::string marked = WithoutMarks(text);
  for (const char c : TrimAnyOf(marked, " \t\r\n.,;:!{}")) {
    const bool is_space = IsSpace(c) || c == '{' || c == '}';
    const bool is_foreign = static_cast<unsigned char>(c) >= 0x80;
    if (!is_space && !is_foreign && !IsLetter(c)) return "";
    any = any || is_foreign;
    if (!is_space) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  std::string plain;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string lower = Lower(words[i]);
    const bool is_article = lower == "the" || lower == "a" || lower == "an";
    if (i == 0 && words.size() > 1 && is_article && IsPlainWord(words[1])) continue;
    const bool is_word = IsPlainWord(words[i]);
    any = any || is_word;
    plain += (plain.empty() ? "" : " ") + (is_word ? lower : words[i]);
  }
  return any ? plain : "";
}

namespace {

// What closes a choice's letter, before the choice's text.
constexpr std::string_view kChoiceEnds[] = {".", ")", ":", "\u3001", "\uFF0E", "\uFF1A", "\u3002"};

std::string_view WithoutChoiceEnd(std::string_view text) {
  for (const std::string_view end : kChoiceEnds) {
    if (text.starts_with(end)) return text.substr(end.size());
  }
  return text;
}

// The marked text behind its first n_bytes that are no braces, without braces that are not closed
// or not opened there.
std::string BehindBytes(std::string_view marked, size_t n_bytes) {
  size_t at = 0;
  for (; at < marked.size() && n_bytes > 0; ++at) n_bytes -= marked[at] != '{' && marked[at] != '}';
  std::string rest;
  std::vector<size_t> open;
  for (const char c : marked.substr(at)) {
    if (c == '}' && open.empty()) continue;
    if (c == '{') open.push_back(rest.size());
    if (c == '}') open.pop_back();
    rest += c;
  }
  for (; !open.empty(); open.pop_back()) rest.erase(open.back(), 1);
  return std::string(Trim(rest));
}

}  // namespace

Choice ReadChoice(std::string_view text) {
  const std::string marked = WithoutMarks(text);
  std::string plain;
  for (const char c : marked) {
    if (c != '{' && c != '}') plain += c;
  }
  std::string_view rest = Trim(plain);
  for (const std::string_view word : kIntroductions) {
    if (Lower(rest.substr(0, word.size())) != word) continue;
    rest = TrimAnyOf(rest.substr(word.size()), " :");
    if (rest.starts_with("\uFF1A")) rest.remove_prefix(std::string_view("\uFF1A").size());
  }
  // One letter, perhaps in brackets, and then nothing or a mark and the choice's text.
  const bool bracket = rest.starts_with('(');
  const std::string_view one = bracket ? rest.substr(1) : rest;
  if (!one.empty() && IsChoice(one[0])) {
    const std::string_view after = one.substr(1);
    // (A)+1 is a sum.
    const bool goes_on =
        after.size() > 1 && std::string_view("+-*/^_=<>!").find(after[1]) != std::string_view::npos;
    const std::string_view behind = WithoutChoiceEnd(after);
    const bool closed = bracket ? after.starts_with(')') && !goes_on
                                : after.empty() || behind.size() < after.size();
    if (closed) {
      const std::string_view of_choice = Trim(bracket ? WithoutChoiceEnd(Trim(behind)) : behind);
      if (of_choice.empty()) return {std::string(1, one[0]), ""};
      const auto begin = static_cast<size_t>(of_choice.data() - plain.data());
      return {std::string(1, one[0]), BehindBytes(marked, begin)};
    }
  }
  // Several, in order.
  std::string letters;
  for (const char c : rest) {
    if (IsChoice(c) && (letters.empty() || letters.back() < c)) {
      letters += c;
    } else if (c != ',' && c != ' ') {
      return {};
    }
  }
  return {letters, ""};
}

}  // namespace lemma::reason
