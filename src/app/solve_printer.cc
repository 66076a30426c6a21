#include "app/solve_printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "common/base/error_message.h"
#include "common/base/field_reader.h"
#include "common/base/json.h"

namespace lemma::app {
namespace {

namespace json = boost::json;

constexpr int64_t kCountMax = int64_t{1} << 53;

std::string TextOf(FieldReader& fields, const char* name) {
  std::string text;
  fields.ReadString(name, text);
  return text;
}

int64_t CountOf(FieldReader& fields, const char* name) {
  int64_t count = 0;
  fields.ReadInteger(name, 0, kCountMax, count);
  return count;
}

// "3 x 12, 1 x 14"
std::string VotesText(FieldReader& event) {
  const json::value* votes = event.Require("votes");
  std::string text;
  if (votes == nullptr || !votes->is_array()) return text;
  for (const json::value& vote : votes->get_array()) {
    if (!vote.is_object()) continue;
    FieldReader fields = event.Within(vote.get_object(), "votes[]");
    text += fmt::format("{}{} x {}", text.empty() ? "" : ", ", CountOf(fields, "count"),
                        TextOf(fields, "answer"));
  }
  return text;
}

// Of a program that was run: "2 of 3 tests, wrong_answer".
std::string CheckText(FieldReader& check) {
  return fmt::format("{} of {} tests, {}", CountOf(check, "passed"), CountOf(check, "total"),
                     TextOf(check, "verdict"));
}

// Of a sample whose claims were looked at again: "4 of 5 claims hold".
std::string ClaimsText(FieldReader& checked) {
  const json::value* claims = checked.Require("claims");
  if (claims == nullptr || !claims->is_array()) return "";
  const json::array& all = claims->get_array();
  const auto n = std::ranges::count_if(all, [](const json::value& claim) {
    const json::object* object = claim.if_object();
    const json::value* holds = object == nullptr ? nullptr : object->if_contains("holds");
    return holds != nullptr && *holds == true;
  });
  return fmt::format("{} of {} claims hold", n, all.size());
}

// Of an event before the result, "" where there is nothing to say.
std::string LineOf(const std::string& type, FieldReader& event) {
  const int64_t sample = CountOf(event, "sample");
  if (type == "start") {
    return fmt::format("profile {}, {}, up to {} samples", TextOf(event, "profile"),
                       TextOf(event, "strategy"), CountOf(event, "samples"));
  }
  if (type == "sample") {
    const std::string answer = TextOf(event, "answer");
    return fmt::format("sample {}: {} ({} tokens, {})", sample,
                       answer.empty() ? "no answer to vote for" : answer,
                       CountOf(event, "completion_tokens"), TextOf(event, "finish_reason"));
  }
  if (type == "vote") return "votes: " + VotesText(event);
  if (type == "check") return fmt::format("sample {}: {}", sample, CheckText(event));
  if (type == "claims") return fmt::format("sample {}: {}", sample, ClaimsText(event));
  if (type == "weak") return fmt::format("sample {}: unsure, cut short", sample);
  if (type == "repair") {
    return fmt::format("sample {}: sample {} is sent back with the test that it fails", sample,
                       CountOf(event, "of"));
  }
  return "";  // a piece of a sample: several come at once
}

std::string SummaryOf(FieldReader& result) {
  std::string text;
  const std::string answer = TextOf(result, "answer");
  const json::object* verified = result.FindObject("verified");
  if (verified != nullptr && verified->contains("verdict")) {
    FieldReader check = result.Within(*verified, "verified");
    text = "checked: " + CheckText(check);
  } else if (TextOf(result, "stopped") == "answered") {
    text = "nothing to vote on: the first answer";
  } else if (!answer.empty()) {
    double agreement = 0, confidence = 0;
    result.ReadNumber("agreement", 0, 1, agreement);
    result.ReadNumber("confidence", 0, 1, confidence);
    text = fmt::format("answer: {} (agreement {:.0f} %, confidence {:.2f})", answer,
                       100 * agreement, confidence);
    if (verified != nullptr) {
      FieldReader checked = result.Within(*verified, "verified");
      text += ", " + ClaimsText(checked);
    }
  } else {
    text = "no answer that could be voted for";
  }
  int64_t n_tokens = 0;
  if (const json::object* usage = result.FindObject("usage")) {
    FieldReader fields = result.Within(*usage, "usage");
    n_tokens = CountOf(fields, "completion_tokens");
  }
  return fmt::format("{}; ended by {}; {} tokens, {} saved", text, TextOf(result, "stopped"),
                     n_tokens, CountOf(result, "tokens_saved"));
}

}  // namespace

Status SolvePrinter::Print(const net::SseParser::Event& event) {
  if (event.data == "[DONE]") return Ok();
  LEMMA_ASSIGN_OR_RETURN(const json::object object, ParseJsonObject(event.data, "an event"));
  if (object.contains("error")) return Internal(ErrorMessageIn(event.data));
  Status status;
  FieldReader fields(object, "", status);
  fields.Require("type");
  const std::string type = TextOf(fields, "type");
  if (type == "result") {
    LEMMA_RETURN_IF_ERROR(PrintResult(object));
    return written_;
  }
  const std::string line = LineOf(type, fields);
  LEMMA_RETURN_IF_ERROR(status.WithPrefix("an event"));
  if (!line.empty()) std::fprintf(stderr, "%s\n", line.c_str());  // may go nowhere
  return Ok();
}

Status SolvePrinter::PrintResult(const json::object& result) {
  Status status;
  FieldReader fields(result, "", status);
  std::string solution = TextOf(fields, "solution");
  const std::string summary = SummaryOf(fields);
  LEMMA_RETURN_IF_ERROR(status.WithPrefix("the result"));
  std::fprintf(stderr, "%s\n", summary.c_str());
  if (!solution.ends_with('\n')) solution += '\n';
  written_ = WriteNow(solution, stdout);
  return Ok();
}

}  // namespace lemma::app
