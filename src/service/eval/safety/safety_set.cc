#include "service/eval/safety/safety_set.h"

#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

#include <set>
#include <utility>

#include "common/base/check.h"
#include "common/base/file.h"
#include "common/base/json.h"
#include "service/eval/safety/csv.h"
#include "service/eval/safety/shipped_sets.h"

namespace lemma::eval {
namespace {

namespace json = boost::json;

Result<std::vector<json::object>> ParseLines(std::string_view text) {
  std::vector<json::object> rows;
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    auto row = ParseJsonObject(line, "the line");
    if (!row.ok()) return row.status().WithPrefix(fmt::format("line {}", number));
    rows.push_back(std::move(*row));
  }
  return rows;
}

}  // namespace

Result<SafetySet> ParseSafetySet(std::string name, std::string_view text, bool is_csv,
                                 size_t n_max) {
  SafetySet set = {
      std::move(name), fmt::format("{:016x}", XXH3_64bits(text.data(), text.size())), {}};
  LEMMA_ASSIGN_OR_RETURN(const auto rows, is_csv ? ParseCsv(text) : ParseLines(text));
  std::set<std::string> ids;
  for (size_t i = 0; i < rows.size() && (n_max == 0 || i < n_max); ++i) {
    auto items = ReadSafetyRow(rows[i]);
    const std::string number = std::to_string(i + 1);
    if (!items.ok()) return items.status().WithPrefix("row " + number);
    for (SafetyItem& item : *items) {
      if (item.id.empty()) item.id = number;
      set.items.push_back(std::move(item));
    }
    if (!ids.insert(set.items.back().id).second) {
      return InvalidArgument(
          fmt::format("row {}: the id {} has been there before", number, set.items.back().id));
    }
  }
  if (set.items.empty()) return InvalidArgument("has no rows");
  return set;
}

Result<SafetySet> ReadSafetySet(const std::filesystem::path& path, size_t n_max) {
  LEMMA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kSafetyBytesMax));
  auto set = ParseSafetySet(path.filename().string(), text, path.extension() == ".csv", n_max);
  if (!set.ok()) return set.status().WithPrefix(path.string());
  return set;
}

std::vector<SafetySet> ShippedSafetySets(size_t n_max) {
  std::vector<SafetySet> sets;
  for (const ShippedSet& shipped : ShippedSets()) {
    auto set = ParseSafetySet(std::string("shipped:") + shipped.name, shipped.rows,
                              /*is_csv=*/false, n_max);
    LEMMA_CHECK(set.ok(), set.status().ToString().c_str());
    sets.push_back(std::move(*set));
  }
  return sets;
}

}  // namespace lemma::eval
