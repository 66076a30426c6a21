#include "service/eval/safety/csv.h"

#include <fmt/format.h>

#include <optional>
#include <string>

namespace lemma::eval {
namespace {

class CsvRows {
 public:
  explicit CsvRows(std::string_view text) : rest_(text) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);  // a mark that Excel puts there
  }

  bool AtEnd() const { return rest_.empty(); }

  // The cells up to the end of the line; nothing where a quote is not closed.
  std::optional<std::vector<std::string>> Next() {
    std::vector<std::string> cells;
    for (;;) {
      std::string& cell = cells.emplace_back();
      const bool is_quoted = Skip('"');
      if (is_quoted && !ReadQuoted(cell)) return std::nullopt;
      while (!rest_.empty() && rest_[0] != ',' && rest_[0] != '\n') Take(cell);
      if (!is_quoted && !cell.empty() && cell.back() == '\r') cell.pop_back();
      if (is_quoted && cell.ends_with('\r') && (rest_.empty() || rest_[0] == '\n')) cell.pop_back();
      if (!Skip(',')) break;
    }
    Skip('\n');
    return cells;
  }

 private:
  void Take(std::string& cell) {
    cell += rest_[0];
    rest_.remove_prefix(1);
  }
  bool Skip(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool ReadQuoted(std::string& cell) {
    while (!rest_.empty()) {
      if (Skip('"') && !rest_.starts_with('"')) return true;  // of two the second one stands
      Take(cell);
    }
    return false;
  }

  std::string_view rest_;
};

}  // namespace

Result<std::vector<boost::json::object>> ParseCsv(std::string_view text) {
  CsvRows rows(text);
  std::vector<boost::json::object> objects;
  std::optional<std::vector<std::string>> names;
  for (int64_t number = 1; !rows.AtEnd(); ++number) {
    auto cells = rows.Next();
    if (!cells) return InvalidArgument(fmt::format("row {}: a quote is not closed", number));
    if (cells->size() == 1 && cells->front().empty()) continue;
    if (!names) {
      names = std::move(cells);
      continue;
    }
    if (cells->size() != names->size()) {
      return InvalidArgument(fmt::format("row {}: has {} columns; there are names of {}", number,
                                         cells->size(), names->size()));
    }
    boost::json::object& object = objects.emplace_back();
    for (size_t i = 0; i < names->size(); ++i) {
      if (!(*names)[i].empty()) object[(*names)[i]] = (*cells)[i];
    }
  }
  return objects;
}

}  // namespace lemma::eval
