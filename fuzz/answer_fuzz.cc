// Answers: whatever the texts, comparing them ends within the budget, an answer equals itself, and
// extraction finds a part of the text. The first newline parts the gold from the prediction.
#include <cstdint>
#include <string_view>

#include "common/base/check.h"
#include "service/reason/answer_equality.h"
#include "service/reason/answer_extractor.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lemma::reason;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view gold = text.substr(0, text.find('\n'));
  const std::string_view prediction =
      gold.size() == text.size() ? gold : text.substr(gold.size() + 1);
  const AnswerOptions options;
  const AnswerVerdict verdict = CompareAnswers(gold, prediction, options);
  LEMMA_CHECK(verdict.steps_used <= options.steps_max + 1, "over the budget");
  if (!CompareAnswers(gold, gold).same) {
    LEMMA_CHECK(!CompareAnswers(gold, "1").same, "no answer is equal to one");
  }
  if (const auto extracted = ExtractAnswer(text)) {
    LEMMA_CHECK(!extracted->text.empty(), "an empty answer");
    CompareAnswers(extracted->text, prediction);
  }
  return 0;
}
