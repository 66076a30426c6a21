#include "service/eval/dataset.h"

#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

#include <boost/json.hpp>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>

#include "common/base/field_reader.h"
#include "common/base/json.h"
#include "service/eval/choice_problem.h"
#include "service/eval/code_problem.h"

namespace lemma::eval {
namespace {

namespace json = boost::json;

// The first of the names that is there; "" and no error where none is.
std::string FirstText(FieldReader& fields, std::initializer_list<const char*> names) {
  std::string text;
  for (const char* name : names) {
    fields.ReadString(name, text);
    if (!text.empty()) break;
  }
  return text;
}

// As people write it: without an exponent, of no more digits than it takes to read it back.
std::string AnswerOfDouble(double number, FieldReader& fields) {
  constexpr double kIntegersEnd = 0x1p63;  // JSON's integers beyond are read as doubles
  if (std::abs(number) >= kIntegersEnd) {
    fields.Fail("answer", "is too large a number to keep its digits: put it in quotes");
    return "";
  }
  char digits[400];  // the longest, 5e-324, has 326
  const auto end =
      std::to_chars(std::begin(digits), std::end(digits), number, std::chars_format::fixed);
  return std::string(digits, end.ptr);
}

// GSM8K has the working there, and behind "####" the answer.
std::string AnswerOfText(std::string_view text, FieldReader& fields) {
  constexpr std::string_view kMark = "####", kSpaces = " \t\r\n";
  const size_t mark = text.rfind(kMark);
  if (mark != text.npos) text.remove_prefix(mark + kMark.size());
  const size_t begin = text.find_first_not_of(kSpaces);
  if (begin == text.npos) {
    fields.Fail("answer", mark == text.npos ? "is empty" : "is empty behind its last ####");
    return "";
  }
  return std::string(text.substr(begin, text.find_last_not_of(kSpaces) + 1 - begin));
}

std::string AnswerOf(FieldReader& fields) {
  const json::value* answer = fields.Require("answer");
  if (answer == nullptr) return "";
  if (answer->is_string()) return AnswerOfText(answer->get_string(), fields);
  if (answer->is_double()) return AnswerOfDouble(answer->get_double(), fields);
  if (answer->is_number()) return json::serialize(*answer);
  fields.Fail("answer", "must be a string or a number");
  return "";
}

void ReadAnswerProblem(FieldReader& fields, Problem& problem) {
  problem.prompt = FirstText(fields, {"problem", "question", "prompt"});
  if (problem.prompt.empty()) {
    fields.Fail("problem", "is missing; it may also be called question or prompt");
  }
  problem.gold = AnswerOf(fields);
  problem.family = FirstText(fields, {"family", "category", "subject", "type"});
}

void ReadId(FieldReader& fields, Problem& problem) {
  for (const char* name : {"id", "question_id", "Record ID"}) {
    const json::value* id = fields.Find(name);
    if (id == nullptr) continue;
    if (!id->is_string() && !id->is_int64()) return fields.Fail(name, "must be a string or number");
    problem.id = id->is_string() ? std::string(id->get_string()) : json::serialize(*id);
    return;
  }
}

bool IsInWindow(const std::string& date, const DatasetOptions& options) {
  const std::string day = date.substr(0, std::strlen("2025-02-01"));
  return (options.from.empty() || day >= options.from) && (options.to.empty() || day <= options.to);
}

class DatasetReader {
 public:
  DatasetReader(std::string name, const DatasetOptions& options) : options_(options) {
    dataset_.name = std::move(name);
  }

  // `place` is what a line's number is put behind in errors.
  Status AddAll(std::istream& in, const std::string& place) {
    int64_t line_number = 0;
    for (std::string line; !IsFull() && std::getline(in, line);) {
      ++line_number;
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      const Status status = line.size() > kDatasetLineBytesMax ? InvalidArgument("is over 512 MiB")
                                                               : Add(line, line_number);
      if (!status.ok()) return status.WithPrefix(fmt::format("{}{}", place, line_number));
    }
    return Ok();
  }

  Result<Dataset> Finish() {
    if (dataset_.problems.empty()) {
      return InvalidArgument(HasWindow() ? "no problem in it is asked for; look at --from and --to"
                                         : "there is no problem in it");
    }
    dataset_.digest = fmt::format("{:016x}", digest_);
    return std::move(dataset_);
  }

 private:
  // Lines that the window leaves out are read and checked all the same.
  Status Add(std::string_view line, int64_t line_number) {
    LEMMA_ASSIGN_OR_RETURN(const json::object object, ParseJsonObject(line, "the line"));
    Status status;
    FieldReader fields(object, "", status);
    Problem problem;
    std::string date;
    ReadId(fields, problem);
    if (object.contains("question_content")) {
      ReadCodeProblem(fields, problem, date);
    } else if (HasChoices(fields)) {
      ReadChoiceProblem(fields, options_.seed + static_cast<uint64_t>(line_number), problem);
    } else {
      ReadAnswerProblem(fields, problem);
    }
    if (!status.ok()) return InvalidArgument(status.field() + " " + status.message());
    if (HasWindow() && date.empty()) {
      return InvalidArgument("has no contest_date, which --from and --to ask for");
    }
    if (HasWindow() && !IsInWindow(date, options_)) return Ok();
    if (problem.id.empty()) problem.id = std::to_string(line_number);
    if (!ids_.insert(problem.id).second) {
      return InvalidArgument("the id " + problem.id + " has been there before");
    }
    digest_ = XXH3_64bits_withSeed(line.data(), line.size(), digest_);
    dataset_.problems.push_back(std::move(problem));
    return Ok();
  }

  bool IsFull() const { return options_.n_max != 0 && dataset_.problems.size() == options_.n_max; }
  bool HasWindow() const { return !options_.from.empty() || !options_.to.empty(); }

  const DatasetOptions& options_;
  Dataset dataset_;
  std::set<std::string> ids_;
  uint64_t digest_ = 0;
};

}  // namespace

Result<Dataset> ReadDataset(const std::filesystem::path& path, const DatasetOptions& options) {
  std::error_code error;
  const uintmax_t bytes = std::filesystem::file_size(path, error);
  if (error) return IoError(path.string() + ": " + error.message());
  if (bytes > kDatasetBytesMax) return InvalidArgument(path.string() + ": is over 8 GiB");
  std::ifstream file(path);
  if (!file) return IoError(path.string() + ": " + std::strerror(errno));
  DatasetReader reader(path.filename().string(), options);
  LEMMA_RETURN_IF_ERROR(reader.AddAll(file, path.string() + ":"));
  if (file.bad()) return IoError(path.string() + ": cannot be read to its end");
  auto dataset = reader.Finish();
  if (!dataset.ok()) return dataset.status().WithPrefix(path.string());
  return dataset;
}

Result<Dataset> ParseDataset(const std::string& lines, const std::string& name,
                             const DatasetOptions& options) {
  std::istringstream in(lines);
  DatasetReader reader(name, options);
  LEMMA_RETURN_IF_ERROR(reader.AddAll(in, "line "));
  return reader.Finish();
}

}  // namespace lemma::eval
