#include "service/reason/answer_extractor.h"

#include <algorithm>

#include "service/reason/answer_words.h"
#include "service/reason/boxed_answer.h"
#include "service/reason/math_number_text.h"
#include "service/reason/text_util.h"

namespace lemma::reason {
namespace {

constexpr size_t kStatedBytesMax = 200;  // more is an explanation
constexpr int kMarkersTriedMax = 8;      // of each kind, from the last

// What comes before a stated answer.
constexpr std::string_view kMarkers[] = {
    "answer is", "answer:", "answer =", "answers are", "答案是",
    "答案为",    "答案:",   "答案:",    "结果是",      "结果为"};
// What comes before a conclusion, of which the part behind "=" is the answer.
constexpr std::string_view kConclusions[] = {"therefore", "thus", "hence", "so ", "因此",
                                             "所以",      "故",   "综上",  "于是"};

// The text up to the end of the sentence, or of the reply.
std::string_view Sentence(std::string_view text) {
  size_t end = std::min(text.find('\n'), text.size());
  end = std::min(end, text.find("。"));
  for (size_t at = text.find('.'); at < end; at = text.find('.', at + 1)) {
    if (at + 1 == text.size() || IsSpace(text[at + 1])) end = at;
  }
  return text.substr(0, end);
}

// What a clause of explanation begins with.
std::string_view WithoutExplanation(std::string_view text) {
  for (const std::string_view mark : {", because", ", since", ", which", ", so", ", as", " because",
                                      " since", ",因为", ",所以", ",即", "(因为"}) {
    text = text.substr(0, text.find(mark));
  }
  return text;
}

// The formula that a text begins with, or else the text.
std::string_view LeadingFormula(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> kQuotes[] = {
      {"$$", "$$"}, {"$", "$"}, {"\\(", "\\)"}, {"\\[", "\\]"}, {"**", "**"}};
  for (const auto& [open, close] : kQuotes) {
    if (!text.starts_with(open)) continue;
    const size_t end = text.find(close, open.size());
    if (end == text.npos) return text.substr(open.size());
    // "$6$ and $8$" is more than its first formula.
    const std::string_view rest = TrimPunctuation(text.substr(end + close.size()));
    return rest.empty() ? text.substr(open.size(), end - open.size()) : text;
  }
  return text;
}

std::string CleanStatement(std::string_view text) {
  text = TrimAnyOf(WithoutExplanation(Sentence(text)), " :*\t\"");
  if (text.starts_with(":")) text.remove_prefix(std::string_view(":").size());
  text = LeadingFormula(Trim(text));
  return std::string(TrimAnyOf(text, " .,;*\t"));  // not of "26!"
}

bool IsNoAnswer(const std::string& statement) {
  return statement.empty() || statement.size() > kStatedBytesMax ||
         Lower(statement).starts_with("not ") || statement.starts_with("不");
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

// "The answer is 5.", and as it may be typeset: "**Answer:** $5$".
std::optional<std::string> StatedAnswer(std::string_view text, const std::string& lower) {
  size_t before = text.size();
  for (int tries = 0; tries < kMarkersTriedMax; ++tries) {
    const size_t end = LastMarkerEnd(lower, kMarkers, before, before);
    if (end == text.npos) return std::nullopt;
    // The statement may stand on a line of its own.
    std::string_view rest = text.substr(end);
    rest.remove_prefix(std::min(rest.find_first_not_of(" :*\n\t"), rest.size()));
    std::string statement = CleanStatement(rest);
    if (!IsNoAnswer(statement)) return statement;
  }
  return std::nullopt;
}

// "Therefore x = 5."
std::optional<std::string> ConcludedAnswer(std::string_view text, const std::string& lower) {
  size_t before = text.size();
  for (int tries = 0; tries < kMarkersTriedMax; ++tries) {
    const size_t end = LastMarkerEnd(lower, kConclusions, before, before);
    if (end == text.npos) return std::nullopt;
    const std::string_view sentence = WithoutExplanation(Sentence(text.substr(end)));
    const size_t sign = sentence.rfind('=');
    if (sign == sentence.npos) continue;
    std::string statement(TrimAnyOf(sentence.substr(sign + 1), " $.,;*\t"));
    for (const char* close : {"\\)", "\\]"}) statement = statement.substr(0, statement.find(close));
    if (!IsNoAnswer(statement)) return statement;
  }
  return std::nullopt;
}

// "(C)" or "选C" or a line that is a letter, whichever is last.
std::optional<std::string> ChosenLetter(std::string_view text) {
  for (size_t end = text.size(); end > 0;) {
    const size_t newline = text.rfind('\n', end - 1);
    const size_t begin = newline == text.npos ? 0 : newline + 1;
    const std::string_view line = text.substr(begin, end - begin);
    if (const std::string letters = ChoiceLetters(line); letters.size() == 1) return letters;
    for (size_t at = line.size(); at-- > 0;) {
      const bool in_brackets = line[at] == '(' && at + 2 < line.size() && line[at + 2] == ')';
      if (in_brackets && line[at + 1] >= 'A' && line[at + 1] <= 'J') {
        return std::string(1, line[at + 1]);
      }
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

std::optional<std::string> LastNumber(std::string_view text) {
  std::optional<std::string> last;
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
    if (!in_word) last = (has_sign ? "-" : "") + std::string(text.substr(at, end - at));
    at = end - 1;
  }
  return last;
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
  const std::string_view text = AnswerPart(reply);
  if (auto answer = BoxedAnswer(text)) return ExtractedAnswer{*answer, ExtractionRule::kBoxed};
  const std::string lower = Lower(text);
  if (auto answer = StatedAnswer(text, lower)) {
    return ExtractedAnswer{*answer, ExtractionRule::kStated};
  }
  if (auto answer = ConcludedAnswer(text, lower)) {
    return ExtractedAnswer{*answer, ExtractionRule::kStated};
  }
  if (auto answer = ChosenLetter(text)) return ExtractedAnswer{*answer, ExtractionRule::kChoice};
  if (auto answer = LastNumber(text)) return ExtractedAnswer{*answer, ExtractionRule::kLastNumber};
  return std::nullopt;
}

}  // namespace lemma::reason
