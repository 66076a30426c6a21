#include "service/reason/answer_extractor.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "service/reason/answer_words.h"
#include "service/reason/boxed_answer.h"
#include "service/reason/math_number_text.h"
#include "service/reason/math_parser.h"
#include "service/reason/text_util.h"

namespace lemma::reason {
namespace {

constexpr size_t kStatedBytesMax = 200;  // more is an explanation
constexpr int kMarkersTriedMax = 8;      // of each kind, from the last

constexpr int64_t kStatementSteps = 100'000;  // to see whether it can be understood

// What comes before a stated answer. Full-width signs are escapes: written as themselves they were
// once made ASCII, and stood twice.
constexpr std::string_view kMarkers[] = {"answer is", "answer:", "answer =", "answers are",
                                         "答案是",    "答案为",  "答案:",    "答案\uFF1A",
                                         "结果是",    "结果为"};
// What comes before a conclusion, of which the part behind "=" is the answer.
constexpr std::string_view kConclusions[] = {"therefore", "thus", "hence", "so ", "因此",
                                             "所以",      "故",   "综上",  "于是"};
// What comes before the letter of a choice.
constexpr std::string_view kChoiceMarkers[] = {"选", "选项为", "选项是", "option is", "choice is"};

// The text up to the end of the sentence, or of the reply.
std::string_view Sentence(std::string_view text) {
  size_t end = std::min(text.find('\n'), text.size());
  end = std::min(end, text.find("\u3002"));
  for (size_t at = text.find('.'); at < end; at = text.find('.', at + 1)) {
    if (at + 1 == text.size() || IsSpace(text[at + 1])) end = at;
  }
  return text.substr(0, end);
}

// What a clause of explanation begins with.
std::string_view WithoutExplanation(std::string_view text) {
  for (const std::string_view mark :
       {", because",   ", since",    ", which",    ", so",        ", as",         ", where",
        ", for ",      ", and this", ", and that", ", not ",      " (not ",       ", depending",
        " because",    " since",     " (because",  " (since",     " as required", " as desired",
        " as claimed", " as needed", " for all ",  " for every ", " for any ",    ",因为",
        ",所以",       ",即",        "(因为",      "\uFF0C因为",  "\uFF0C所以",   "\uFF0C即",
        "\uFF08因为"}) {
    text = text.substr(0, text.find(mark));
  }
  return text;
}

// Without what may stand between "the answer is" and the answer.
std::string_view WithoutFillers(std::string_view text) {
  constexpr std::string_view kFillers[] = {"indeed",   "therefore", "thus",          "clearly",
                                           "simply",   "just",      "exactly",       "equal to",
                                           "given by", "then",      "approximately", "\uFF1A"};
  for (bool found = true; found;) {
    text.remove_prefix(std::min(text.find_first_not_of(" ,:*\n\t\""), text.size()));
    found = false;
    for (const std::string_view filler : kFillers) {
      if (!text.starts_with(filler)) continue;
      const std::string_view rest = text.substr(filler.size());
      if (IsLetter(filler.back()) && !rest.empty() && IsLetter(rest[0])) continue;  // justice
      text = rest;
      found = true;
    }
  }
  return text;
}

// ", obtained by adding $1$ and $2$", "by the lemma"; not ", $8$", "and $8$" or "m per second".
bool IsRemark(std::string_view text) {
  for (const std::string_view word : {"by ", "as ", "where ", "from ", "with "}) {
    if (text.starts_with(word)) return true;
  }
  if (!text.starts_with(", ")) return false;
  const std::string_view word = text.substr(2, text.find(' ', 2) - 2);
  return word.size() > 1 && word != "and" && word != "or" &&
         std::all_of(word.begin(), word.end(), IsLetter);
}

// The formula that a text begins with, where only remarks follow; or else the text.
std::string_view LeadingFormula(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> kQuotes[] = {
      {"$$", "$$"}, {"$", "$"}, {"\\(", "\\)"}, {"\\[", "\\]"}, {"**", "**"}};
  for (const auto& [open, close] : kQuotes) {
    if (!text.starts_with(open)) continue;
    const size_t end = text.find(close, open.size());
    if (end == text.npos) return text.substr(open.size());
    // "$6$ and $8$" is more than its first formula.
    const std::string_view rest = Trim(text.substr(end + close.size()));
    const bool is_whole = TrimPunctuation(rest).empty() || IsRemark(rest);
    return is_whole ? text.substr(open.size(), end - open.size()) : text;
  }
  return text;
}

// "5" of " **5**, because 2+3=5. And so on".
std::string StatementIn(std::string_view text) {
  text = WithoutExplanation(Sentence(WithoutFillers(text)));
  text = LeadingFormula(TrimAnyOf(text, " :*\t\""));
  return std::string(TrimAroundNumber(text, " .,;*\t"));  // not of "26!"
}

// "5" of " x = 5."
std::string ConclusionIn(std::string_view text) {
  const std::string_view sentence = WithoutExplanation(Sentence(text));
  const size_t sign = sentence.rfind('=');
  if (sign == sentence.npos) return "";
  std::string statement(TrimAroundNumber(sentence.substr(sign + 1), " $.,;*\t"));
  for (const char* close : {"\\)", "\\]"}) statement = statement.substr(0, statement.find(close));
  return statement;
}

bool IsNoAnswer(const std::string& statement) {
  return statement.empty() || statement.size() > kStatedBytesMax ||
         Lower(statement).starts_with("not ") || statement.starts_with("不");
}

bool IsUnderstood(const std::string& statement) {
  StepBudget budget(kStatementSteps);
  return !ReadChoice(statement).letters.empty() || !PlainWords(statement).empty() ||
         ParseAnswer(statement, budget).ok();
}

// The end of the marker that is last before `end`; npos where there is none.
template <size_t N>
size_t LastMarkerEnd(std::string_view lower, const std::string_view (&markers)[N], size_t end,
                     size_t& begin) {
  size_t best = lower.npos;
  begin = 0;
  for (const std::string_view marker : markers) {
    const size_t at = lower.substr(0, end).rfind(marker);
    if (at != lower.npos && (best == lower.npos || at > begin)) {
      begin = at;
      best = at + marker.size();
    }
  }
  return best;
}

// What is read behind the last marker: of those that can be understood, if there are any.
template <size_t N, typename Read>
std::optional<std::string> LastStatement(std::string_view text, const std::string& lower,
                                         const std::string_view (&markers)[N], Read read) {
  std::optional<std::string> last;
  size_t before = text.size();
  for (int tries = 0; tries < kMarkersTriedMax; ++tries) {
    const size_t end = LastMarkerEnd(lower, markers, before, before);
    if (end == text.npos) break;
    std::string statement = read(text.substr(end));
    if (IsNoAnswer(statement)) continue;
    if (IsUnderstood(statement)) return statement;
    if (!last) last = std::move(statement);
  }
  return last;
}

bool IsChoice(char c) { return c >= 'A' && c <= 'J'; }

// The C of " C。", ": **(C)**"; 0 where a word or a number follows.
char LetterAt(std::string_view text) {
  for (const std::string_view sign : {"\uFF1A", "\uFF08"}) {
    if (text.starts_with(sign)) text.remove_prefix(sign.size());
  }
  text.remove_prefix(std::min(text.find_first_not_of(" :*$("), text.size()));
  const bool ends = text.size() < 2 || !(IsLetter(text[1]) || IsDigit(text[1]));
  return !text.empty() && IsChoice(text[0]) && ends ? text[0] : 0;
}

// "(C)" or "选C" or a line that is a letter, whichever is last. A "(A)" in a sentence that goes on
// to a number may be what the number follows from.
std::optional<std::string> ChosenLetter(std::string_view text, const std::string& lower) {
  bool in_brackets = true;
  for (size_t end = text.size(); end > 0;) {
    const size_t newline = text.rfind('\n', end - 1);
    const size_t begin = newline == text.npos ? 0 : newline + 1;
    const std::string letters = ReadChoice(text.substr(begin, end - begin)).letters;
    if (letters.size() == 1 && letters != "I") return letters;  // a line "I" is a word
    for (size_t at = end; at-- > begin;) {
      for (const std::string_view marker : kChoiceMarkers) {
        if (lower.compare(at, marker.size(), marker) != 0) continue;
        if (const char c = LetterAt(text.substr(at + marker.size(), 16))) return std::string(1, c);
      }
      const bool is_bracket = text[at] == '(' && at + 2 < end && text[at + 2] == ')';
      if (!in_brackets || !is_bracket || !IsChoice(text[at + 1])) continue;
      const std::string_view rest = WithoutExplanation(text.substr(at));
      in_brackets = std::none_of(rest.begin(), rest.end(), IsDigit);
      if (in_brackets) return std::string(1, text[at + 1]);
    }
    end = begin == 0 ? 0 : begin - 1;
  }
  return std::nullopt;
}

// The end of \frac{3}{4} at `at`, or `at`.
size_t FractionEnd(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at);
  const size_t length = rest.starts_with("\\frac{") ? 6 : rest.starts_with("\\dfrac{") ? 7 : 0;
  if (length == 0) return at;
  const size_t middle = NumberEnd(text, at + length, /*comma_groups=*/false);
  if (middle == at + length || !text.substr(middle).starts_with("}{")) return at;
  const size_t end = NumberEnd(text, middle + 2, /*comma_groups=*/false);
  return end < text.size() && text[end] == '}' && end > middle + 2 ? end + 1 : at;
}

// The formula between dollars or \( \) that holds the byte at `at`, on its line; "" for none. As in
// Pandoc, dollars of a formula touch it, and no digit follows: "$5 and $6" has none.
std::string_view FormulaAround(std::string_view text, size_t at) {
  const size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  std::string_view line = text.substr(begin, text.find('\n', at) - begin);
  for (size_t open = 0; open + begin < at; ++open) {
    const bool is_dollar = line[open] == '$';
    if (!is_dollar && !line.substr(open).starts_with("\\(")) continue;
    const size_t first = open + (is_dollar ? 1 : 2);
    const size_t close = line.find(is_dollar ? "$" : "\\)", first);
    if (close == line.npos) break;
    if (close == first) continue;
    const size_t after = close + 1;
    const bool is_price = is_dollar && (IsSpace(line[first]) || IsSpace(line[close - 1]) ||
                                        (after < line.size() && IsDigit(line[after])));
    if (is_price) continue;
    if (close + begin > at) return line.substr(first, close - first);
    open = close;
  }
  return {};
}

// Whether a number is cut out of a formula: the 3 of 2\sqrt{3}, the 2 of x^2 and of 2\pi.
bool IsPart(std::string_view before, std::string_view after) {
  if (!before.empty() && std::string_view("{^/").find(before.back()) != before.npos) return true;
  for (const std::string_view sign : {"\\sqrt", "\\pi", "\\cdot", "\\times", "^", "π", "√"}) {
    if (after.starts_with(sign)) return true;
  }
  return false;
}

// Where the bracket begins that a row of numbers up to `begin` stands in, as in (1, 2); npos for
// none, and for the arguments of a function.
size_t BracketBegin(std::string_view text, size_t begin, size_t end) {
  const size_t close = text.find_first_not_of(' ', end);
  if (close == text.npos || text[close] != ')' || begin == 0) return text.npos;
  const size_t open = text.find_last_not_of("0123456789.,-/ ", begin - 1);
  if (open == text.npos || text[open] != '(') return text.npos;
  const bool is_row = text.substr(open, begin - open).find(',') != text.npos;
  const bool is_call = open > 0 && (IsLetter(text[open - 1]) || IsDigit(text[open - 1]));
  return is_row && !is_call ? open : text.npos;
}

// The number from `begin` to `end`, or the ratio or the point that it is the last part of.
std::string WholeNumber(std::string_view text, size_t begin, size_t end) {
  if (const size_t open = BracketBegin(text, begin, end); open != text.npos) {
    return std::string(text.substr(open, text.find(')', end) + 1 - open));
  }
  while (begin > 1 && text[begin - 1] == ':' && IsDigit(text[begin - 2])) {
    begin -= 2;
    while (begin > 0 && (IsDigit(text[begin - 1]) || text[begin - 1] == '.')) --begin;
  }
  return std::string(text.substr(begin, end - begin));
}

// The last number of the text, or the formula that it stands in; none where that has no ends.
std::optional<std::string> LastNumber(std::string_view text) {
  size_t begin = text.npos, last_end = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    size_t end = FractionEnd(text, at);
    if (end == at) end = NumberEnd(text, at, /*comma_groups=*/true);
    if (end == at) continue;
    if (end + 1 < text.size() && text[end] == '/' && IsDigit(text[end + 1])) {
      end = NumberEnd(text, end + 1, /*comma_groups=*/true);
    }
    const bool in_word = at > 0 && (IsLetter(text[at - 1]) || text[at - 1] == '_');
    const bool has_sign = at > 0 && text[at - 1] == '-' &&
                          (at == 1 || text.substr(at - 2, 1).find_first_of(" =$({:") == 0);
    if (!in_word) {
      begin = has_sign ? at - 1 : at;
      last_end = end;
    }
    at = end - 1;
  }
  if (begin == text.npos) return std::nullopt;
  const std::string_view formula = FormulaAround(text, begin);
  if (!formula.empty()) return std::string(formula);
  if (IsPart(text.substr(0, begin), text.substr(last_end))) return std::nullopt;
  return WholeNumber(text, begin, last_end);
}

// What follows the reasoning, or all where nothing does.
std::string_view AnswerPart(std::string_view reply) {
  constexpr std::string_view kEndOfThinking = "</think>";
  const size_t at = reply.rfind(kEndOfThinking);
  if (at == reply.npos) return reply;
  const std::string_view answer = reply.substr(at + kEndOfThinking.size());
  return Trim(answer).empty() ? reply.substr(0, at) : answer;
}

}  // namespace

const char* ExtractionRuleName(ExtractionRule rule) {
  switch (rule) {
    case ExtractionRule::kBoxed:
      return "boxed";
    case ExtractionRule::kStated:
      return "stated";
    case ExtractionRule::kChoice:
      return "choice";
    case ExtractionRule::kLastNumber:
      return "last_number";
  }
  return "";
}

std::optional<ExtractedAnswer> ExtractAnswer(std::string_view reply) {
  if (reply.size() > kReplyBytesMax) reply.remove_prefix(reply.size() - kReplyBytesMax);
  const std::string_view all = AnswerPart(reply);
  if (auto answer = BoxedAnswer(all)) return ExtractedAnswer{*answer, ExtractionRule::kBoxed};
  const std::string_view text = BeforeCutBox(all);
  const std::string lower = Lower(text);
  std::optional<std::string> answer = LastStatement(text, lower, kMarkers, StatementIn);
  if (!answer) answer = LastStatement(text, lower, kConclusions, ConclusionIn);
  if (answer) return ExtractedAnswer{*answer, ExtractionRule::kStated};
  if (text.size() < all.size()) return std::nullopt;  // what it says is in the box
  if ((answer = ChosenLetter(text, lower)))
    return ExtractedAnswer{*answer, ExtractionRule::kChoice};
  if ((answer = LastNumber(text))) return ExtractedAnswer{*answer, ExtractionRule::kLastNumber};
  return std::nullopt;
}

std::optional<ExtractedAnswer> ExtractAnswerOfCut(std::string_view reply) {
  std::optional<ExtractedAnswer> answer = ExtractAnswer(reply);
  if (answer && answer->rule == ExtractionRule::kLastNumber) answer.reset();
  return answer;
}

}  // namespace lemma::reason
