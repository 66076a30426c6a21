#include "service/eval/sample_result.h"

#include <array>
#include <boost/json.hpp>
#include <limits>

#include "common/base/field_reader.h"

namespace lemma::eval {
namespace {

namespace json = boost::json;

constexpr std::array<const char*, kOutcomes> kNames = {"right", "wrong", "no_answer", "truncated",
                                                       "looped"};

}  // namespace

const char* OutcomeName(Outcome outcome) { return kNames[static_cast<size_t>(outcome)]; }

std::optional<Outcome> OutcomeNamed(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (name == kNames[i]) return static_cast<Outcome>(i);
  }
  return std::nullopt;
}

json::object RenderSampleResult(const SampleResult& result) {
  json::object object = {{"outcome", OutcomeName(result.outcome)},
                         {"answer", result.answer},
                         {"tokens", result.tokens},
                         {"seconds", result.seconds}};
  if (!result.detail.empty()) object["detail"] = result.detail;
  if (result.is_cut) object["cut"] = true;
  if (result.has_looped) object["loop_broken"] = true;
  return object;
}

Result<SampleResult> ParseSampleResult(const json::object& object) {
  constexpr int64_t kTokensMax = std::numeric_limits<int64_t>::max();
  Status status;
  FieldReader fields(object, "", status);
  SampleResult result;
  std::string outcome;
  fields.ReadString("outcome", outcome);
  if (const auto named = OutcomeNamed(outcome)) {
    result.outcome = *named;
  } else {
    fields.Fail("outcome", "must be right, wrong, no_answer, truncated or looped");
  }
  fields.ReadString("answer", result.answer);
  fields.ReadString("detail", result.detail);
  fields.ReadBool("cut", result.is_cut);
  fields.ReadBool("loop_broken", result.has_looped);
  fields.ReadInteger("tokens", 0, kTokensMax, result.tokens);
  fields.ReadNumber("seconds", 0, std::numeric_limits<double>::max(), result.seconds);
  if (!status.ok()) return status;
  return result;
}

}  // namespace lemma::eval
