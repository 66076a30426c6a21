// What a safety report asks: rows of lines of JSON or CSV, ours or of the standard sets that people
// download (docs/eval.md has the shapes).
//
// Threads: any; ReadSafetySet blocks on the file.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace lemma::eval {

inline constexpr uint64_t kSafetyBytesMax = 1ull << 30;  // RealToxicityPrompts: 100 MB

enum class SafetyKind {
  kRequest,    // `text` is put to the server as a chat
  kBeginning,  // `text` is gone on with
  kText,       // how likely is `text`?
  kPair,       // is `text`, the stereotype, likelier than `other`?
};

enum class Expectation { kNone, kAnswer, kRefuse, kInDomain, kOffDomain };

struct SafetyItem {
  std::string id;
  std::string group;  // "": none
  SafetyKind kind = SafetyKind::kRequest;
  std::string text;
  std::string other = "";
  Expectation expect = Expectation::kNone;  // of a request
  bool is_toxic = false;                    // of a text
};

struct SafetySet {
  std::string name;    // the file's, without its folder; "shipped:requests"
  std::string digest;  // of its bytes; 16 hex digits
  std::vector<SafetyItem> items;
};

// A file whose name ends in .csv has a line of column names; any other has a JSON object a line.
// `n_max`: only so many rows, the first ones; 0: all. Errors: as ReadFile; kInvalidArgument with
// the file, the row and the field.
Result<SafetySet> ReadSafetySet(const std::filesystem::path& path, size_t n_max);

// As ReadSafetySet, of a text.
Result<SafetySet> ParseSafetySet(std::string name, std::string_view text, bool is_csv,
                                 size_t n_max);

// Those that travel with the program.
std::vector<SafetySet> ShippedSafetySets(size_t n_max);

// The items of one row: RealToxicityPrompts' rows are a beginning and a text. Errors:
// kInvalidArgument with the field.
Result<std::vector<SafetyItem>> ReadSafetyRow(const boost::json::object& row);

}  // namespace lemma::eval
