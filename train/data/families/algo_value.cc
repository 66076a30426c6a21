#include "train/data/families/algo_value.h"

#include <algorithm>
#include <set>

namespace lemma::train {
namespace {

std::string Quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

template <typename Items, typename Item>
std::string Joined(const Items& items, Item item) {
  std::string out;
  for (const auto& i : items) out += (out.empty() ? "" : ", ") + item(i);
  return out;
}

struct JsonWriter {
  std::string operator()(int64_t v) const { return std::to_string(v); }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(const std::string& v) const { return Quoted(v); }
  std::string operator()(const Ints& v) const { return "[" + Joined(v, *this) + "]"; }
  std::string operator()(const Grid& v) const { return "[" + Joined(v, *this) + "]"; }
  std::string operator()(const std::pair<std::string, int64_t>& v) const {
    return Quoted(v.first) + ": " + std::to_string(v.second);
  }
  std::string operator()(const Counts& v) const { return "{" + Joined(v, *this) + "}"; }
};

}  // namespace

std::string ToJson(const Value& value) { return std::visit(JsonWriter(), value); }

std::string ToSource(const Value& value, bool python) {
  if (const bool* truth = std::get_if<bool>(&value); python && truth != nullptr) {
    return *truth ? "True" : "False";
  }
  return ToJson(value);
}

Ints DrawInts(Rng& rng, int64_t count, int64_t low, int64_t high) {
  Ints out;
  for (int64_t i = 0; i < count; ++i) out.push_back(rng.Int(low, high));
  return out;
}

Ints DrawSorted(Rng& rng, int64_t count, int64_t low, int64_t high) {
  LEMMA_CHECK(count <= high - low + 1);
  std::set<int64_t> drawn;
  while (std::ssize(drawn) < count) drawn.insert(rng.Int(low, high));
  return {drawn.begin(), drawn.end()};
}

Grid DrawGrid(Rng& rng, int64_t rows, int64_t columns, int64_t low, int64_t high) {
  Grid grid;
  for (int64_t r = 0; r < rows; ++r) grid.push_back(DrawInts(rng, columns, low, high));
  return grid;
}

std::string DrawText(Rng& rng, int64_t count, std::string_view alphabet) {
  std::string out;
  for (int64_t i = 0; i < count; ++i) {
    out += alphabet[static_cast<size_t>(rng.Int(0, std::ssize(alphabet) - 1))];
  }
  return out;
}

}  // namespace lemma::train
