#include "service/reason/answer_equality.h"

#include <algorithm>

#include "service/reason/answer_comparer.h"
#include "service/reason/answer_words.h"
#include "service/reason/math_lexer.h"
#include "service/reason/math_parser.h"
#include "service/reason/text_util.h"

namespace lemma::reason {
namespace {

using Outcome = AnswerComparer::Outcome;

// By the texts alone, choices not seen: nothing where they must be understood.
std::optional<Outcome> CompareTexts(std::string_view gold, std::string_view prediction) {
  const std::string gold_text = PlainText(gold);
  if (gold_text.empty()) return Outcome{false, "an empty gold answer"};
  const std::string text = PlainText(prediction);
  if (text.empty()) return Outcome{false, "no answer"};
  if (gold_text == text) return Outcome{true, "the same text"};
  const std::string gold_words = PlainWords(gold);
  if (!gold_words.empty() && gold_words == PlainWords(prediction)) {
    return Outcome{true, "the same words"};
  }
  return std::nullopt;
}

Outcome CompareMeanings(std::string_view gold, std::string_view prediction,
                        const AnswerOptions& options, StepBudget& budget) {
  constexpr std::string_view kEmphasis = " \t\r\n*";  // Markdown's
  const Result<ExprPtr> gold_expr = ParseAnswer(TrimAnyOf(gold, kEmphasis), budget);
  if (!gold_expr.ok())
    return {false, "the gold is not understood: " + gold_expr.status().message()};
  const Result<ExprPtr> expr = ParseAnswer(TrimAnyOf(prediction, kEmphasis), budget);
  if (!expr.ok()) return {false, "not understood: " + expr.status().message()};
  return AnswerComparer(options, budget).Compare(*gold_expr, *expr);
}

// Does the text that follows a choice's letter go on with the next one's?
bool HasNextChoice(const std::string& letters, std::string_view text) {
  for (size_t at = text.find_first_of(",;"); at != std::string_view::npos;
       at = text.find_first_of(",;", at + 1)) {
    const Choice next = ReadChoice(text.substr(at + 1));
    if (!next.text.empty() && next.letters[0] == letters[0] + 1) return true;
  }
  return false;
}

// By the letter of a choice, and by its text where both have one: "D. Hilbert" is not "D. Knuth",
// whatever the D is. Nothing where the letters are not the same.
std::optional<Outcome> CompareChoices(std::string_view gold, std::string_view prediction,
                                      const AnswerOptions& options, StepBudget& budget) {
  const Choice of_gold = ReadChoice(gold), choice = ReadChoice(prediction);
  if (of_gold.letters.empty() || of_gold.letters != choice.letters) return std::nullopt;
  const Outcome same = {true, "the same choice"};
  if (of_gold.text.empty() || choice.text.empty()) {
    // "A: 3, B: 4" answers two questions.
    const std::string& text = of_gold.text.empty() ? choice.text : of_gold.text;
    return HasNextChoice(of_gold.letters, text) ? std::nullopt : std::optional(same);
  }
  std::optional<Outcome> outcome = CompareTexts(of_gold.text, choice.text);
  if (!outcome) outcome = CompareMeanings(of_gold.text, choice.text, options, budget);
  return outcome->same ? same : Outcome{false, "the same letter before different texts"};
}

}  // namespace

AnswerVerdict CompareAnswers(std::string_view gold, std::string_view prediction,
                             const AnswerOptions& options) {
  StepBudget budget(options.steps_max);
  if (std::max(gold.size(), prediction.size()) > kAnswerBytesMax) {
    const bool same = gold == prediction;
    return {same, same ? "the same text" : "too long for an answer", 0};
  }
  std::optional<Outcome> outcome = CompareTexts(gold, prediction);
  if (!outcome) outcome = CompareChoices(gold, prediction, options, budget);
  if (!outcome) outcome = CompareMeanings(gold, prediction, options, budget);
  if (budget.exhausted() && !outcome->same) outcome->reason = "too costly to tell";
  return {outcome->same, outcome->reason, budget.steps_used()};
}

}  // namespace lemma::reason
