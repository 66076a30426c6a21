#include "service/reason/boxed_answer.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "service/reason/text_util.h"

namespace lemma::reason {
namespace {

constexpr size_t kBoxesJoinedMax = 16;
constexpr size_t kBareBytesMax = 64;  // of a box without braces

// A box's content and where the box stands.
struct Box {
  std::string_view content;
  size_t begin, end;
};

// The closing brace of every brace that is closed, in one pass: a hundred thousand open braces take
// no longer than as many letters.
std::unordered_map<size_t, size_t> MatchBraces(std::string_view text) {
  std::unordered_map<size_t, size_t> close_of;
  std::vector<size_t> open;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;  // \{ and \\ are no braces
    } else if (text[at] == '{') {
      open.push_back(at);
    } else if (text[at] == '}' && !open.empty()) {
      close_of[open.back()] = at;
      open.pop_back();
    }
  }
  return close_of;
}

// The bytes of "\\boxed" or "\\fbox" where the text begins so; else 0.
size_t CommandLength(std::string_view text) {
  return text.starts_with("\\boxed") ? 6 : text.starts_with("\\fbox") ? 5 : 0;
}

std::vector<Box> FindBoxes(std::string_view text) {
  const std::unordered_map<size_t, size_t> close_of = MatchBraces(text);
  std::vector<Box> boxes;
  for (size_t at = text.find('\\'); at != text.npos; at = text.find('\\', at + 1)) {
    const size_t length = CommandLength(text.substr(at));
    if (length == 0) continue;
    size_t begin = at + length;
    while (begin < text.size() && text[begin] == ' ') ++begin;
    if (begin == text.size() || (begin == at + length && IsLetter(text[begin]))) continue;
    size_t end = begin;
    if (text[begin] == '{') {
      const auto found = close_of.find(begin);
      if (found == close_of.end()) continue;  // cut off: 12 of 123 is no answer
      end = found->second + 1;
      ++begin;
      boxes.push_back({Trim(text.substr(begin, end - 1 - begin)), at, end});
    } else {
      const std::string_view bare = text.substr(begin, kBareBytesMax);
      end = begin + std::min(bare.find_first_of(" $\n"), bare.size());
      boxes.push_back({TrimAroundNumber(text.substr(begin, end - begin), ".,;"), at, end});
    }
    if (boxes.back().content.empty() || boxes.back().content == "...") boxes.pop_back();
  }
  return boxes;
}

// Whether only "and" or the like stands between two boxes.
bool Joins(std::string_view between) {
  constexpr std::string_view kJoining[] = {"and", "or", ",",  ";",      "和",
                                           "或",  "与", "、", "\uFF0C", "\uFF1B"};
  const std::string_view word = TrimAnyOf(between, " $");
  for (const std::string_view joining : kJoining) {
    if (word == joining) return true;
  }
  return false;
}

// A percent or degree sign that was left outside.
std::string_view Suffix(std::string_view after) {
  constexpr std::string_view kSuffixes[] = {"\\%", "%", "^\\circ", "^{\\circ}", "°"};
  after = TrimAnyOf(after.substr(0, 16), " $");
  for (const std::string_view suffix : kSuffixes) {
    if (after.starts_with(suffix)) return suffix;
  }
  return {};
}

}  // namespace

std::optional<std::string> BoxedAnswer(std::string_view text) {
  const std::vector<Box> boxes = FindBoxes(text);
  if (boxes.empty()) return std::nullopt;
  size_t first = boxes.size() - 1;
  while (first > 0 && boxes.size() - first < kBoxesJoinedMax &&
         boxes[first - 1].end <= boxes[first].begin &&
         Joins(text.substr(boxes[first - 1].end, boxes[first].begin - boxes[first - 1].end))) {
    --first;
  }
  std::string answer;
  for (size_t i = first; i < boxes.size(); ++i) {
    if (i > first) answer += ", ";
    answer += boxes[i].content;
  }
  return answer + std::string(Suffix(text.substr(boxes.back().end)));
}

std::string_view BeforeCutBox(std::string_view text) {
  const std::unordered_map<size_t, size_t> close_of = MatchBraces(text);
  for (size_t at = text.find('\\'); at != text.npos; at = text.find('\\', at + 1)) {
    const size_t length = CommandLength(text.substr(at));
    if (length == 0) continue;
    const size_t brace = text.find_first_not_of(' ', at + length);
    const bool is_cut = brace == text.npos || (text[brace] == '{' && !close_of.contains(brace));
    if (is_cut) return text.substr(0, at);
  }
  return text;
}

}  // namespace lemma::reason
