// The final answer in a model's reply, which may be cut off anywhere.
//
// Only what follows the last </think> counts, where anything does. Rules, the first that finds
// something wins: the last complete \boxed{} or \fbox{} (several joined by "and" or commas are one
// answer), a stated answer ("the answer is", "答案是", "therefore x ="), the letter of a choice,
// the last number.
//
// Linear in the text, of which the last kReplyBytesMax bytes count. Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lemma::reason {

inline constexpr size_t kReplyBytesMax = 1 << 20;  // 40,960 tokens are about 150 KiB

enum class ExtractionRule { kBoxed, kStated, kChoice, kLastNumber };

// "boxed", "stated", "choice", "last_number"
const char* ExtractionRuleName(ExtractionRule rule);

struct ExtractedAnswer {
  std::string text;
  ExtractionRule rule;
};

std::optional<ExtractedAnswer> ExtractAnswer(std::string_view reply);

// The same of a reply that was cut: its last number is some number of its working, no answer.
std::optional<ExtractedAnswer> ExtractAnswerOfCut(std::string_view reply);

}  // namespace lemma::reason
