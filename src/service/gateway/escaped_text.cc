#include "service/gateway/escaped_text.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>

namespace lemma::gateway {
namespace {

struct Entity {
  std::string_view name;
  std::string_view text;
  bool is_evidence;  // what escaping itself makes, rather than what an editor inserts
};

constexpr Entity kEntities[] = {
    {"lt", "<", true},      {"gt", ">", true},      {"amp", "&", true},     {"quot", "\"", true},
    {"apos", "'", true},    {"nbsp", " ", true},    {"le", "≤", false},     {"ge", "≥", false},
    {"ne", "≠", false},     {"times", "×", false},  {"divide", "÷", false}, {"minus", "−", false},
    {"plusmn", "±", false}, {"middot", "·", false}, {"hellip", "…", false}, {"ldquo", "“", false},
    {"rdquo", "”", false},  {"lsquo", "‘", false},  {"rsquo", "’", false},  {"mdash", "—", false},
    {"ndash", "–", false},  {"deg", "°", false},    {"pi", "π", false},     {"infin", "∞", false},
    {"sum", "∑", false},    {"radic", "√", false},  {"isin", "∈", false},
};

constexpr std::string_view kFormattingTags[] = {
    "a",   "b",   "br",    "center", "code", "div", "em",    "font",  "h1", "h2",   "h3",
    "h4",  "hr",  "img",   "i",      "li",   "ol",  "p",     "pre",   "s",  "span", "strong",
    "sub", "sup", "table", "td",     "th",   "tr",  "tbody", "thead", "tt", "u",    "ul"};

constexpr size_t kEntityBytesMax = 10;
constexpr size_t kTagBytesMax = 200;

std::string Utf8(uint32_t code) {
  const auto byte = [](uint32_t value) { return static_cast<char>(value); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xc0 | code >> 6), byte(0x80 | (code & 63))};
  if (code < 0x10000) {
    return {byte(0xe0 | code >> 12), byte(0x80 | (code >> 6 & 63)), byte(0x80 | (code & 63))};
  }
  return {byte(0xf0 | code >> 18), byte(0x80 | (code >> 12 & 63)), byte(0x80 | (code >> 6 & 63)),
          byte(0x80 | (code & 63))};
}

// "#39", "#x27".
std::optional<std::string> NumberedEntity(std::string_view name) {
  name.remove_prefix(1);
  const bool is_hex = name.starts_with('x') || name.starts_with('X');
  if (is_hex) name.remove_prefix(1);
  uint32_t code = 0;
  const auto [end, error] =
      std::from_chars(name.data(), name.data() + name.size(), code, is_hex ? 16 : 10);
  const bool is_number = error == std::errc() && end == name.data() + name.size();
  const bool is_surrogate = code >= 0xd800 && code < 0xe000;
  const bool is_control = code < 0x20 && code != '\n' && code != '\t';
  if (!is_number || is_surrogate || is_control || code > 0x10ffff) return std::nullopt;
  return Utf8(code);
}

struct Decoded {
  std::string text;
  size_t n_bytes = 0;  // of the entity, '&' and ';' included
  bool is_evidence = false;
};

// The entity that `text`, which begins with '&', begins with.
std::optional<Decoded> EntityAt(std::string_view text) {
  const size_t end = text.substr(0, kEntityBytesMax).find(';');
  if (end == text.npos || end < 2) return std::nullopt;
  const std::string_view name = text.substr(1, end - 1);
  if (name[0] == '#' && name.size() > 1) {
    const auto numbered = NumberedEntity(name);
    if (!numbered) return std::nullopt;
    return Decoded{*numbered, end + 1, true};
  }
  const auto* found = std::find_if(std::begin(kEntities), std::end(kEntities),
                                   [&](const Entity& entity) { return entity.name == name; });
  if (found == std::end(kEntities)) return std::nullopt;
  return Decoded{std::string(found->text), end + 1, found->is_evidence};
}

// The bytes of the formatting tag that `text`, which begins with '<', begins with; 0: it is none.
size_t TagBytesAt(std::string_view text) {
  const size_t end = text.substr(0, kTagBytesMax).find('>');
  if (end == text.npos || text.substr(1, end).find('<') != text.npos) return 0;
  std::string_view inside = text.substr(1, end - 1);
  if (inside.starts_with('/')) inside.remove_prefix(1);
  const std::string_view name = inside.substr(0, inside.find_first_of(" \t/"));
  const auto* last = std::end(kFormattingTags);
  const bool is_known = std::any_of(std::begin(kFormattingTags), last, [&](std::string_view tag) {
    return std::equal(tag.begin(), tag.end(), name.begin(), name.end(),
                      [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); });
  });
  return is_known ? end + 1 : 0;
}

struct LineText {
  std::string decoded;
  bool has_evidence = false;
  bool has_raw = false;  // what escaping leaves none of
};

LineText DecodeLine(std::string_view line) {
  LineText result;
  bool has_raw_quote = false, has_escaped_quote = false;
  for (size_t i = 0; i < line.size();) {
    const char c = line[i];
    if (const auto entity = c == '&' ? EntityAt(line.substr(i)) : std::nullopt) {
      result.has_evidence |= entity->is_evidence;
      has_escaped_quote |= entity->text == "\"";
      result.decoded += entity->text;
      i += entity->n_bytes;
      continue;
    }
    const size_t tag_bytes = c == '<' ? TagBytesAt(line.substr(i)) : 0;
    result.has_raw |= tag_bytes == 0 && (c == '&' || c == '<' || c == '>');
    has_raw_quote |= c == '"';
    const size_t n_bytes = std::max<size_t>(tag_bytes, 1);
    result.decoded += line.substr(i, n_bytes);
    i += n_bytes;
  }
  result.has_raw |= has_raw_quote && has_escaped_quote;
  return result;
}

}  // namespace

std::string DecodeIfEscaped(std::string_view text) {
  if (text.find('&') == text.npos) return std::string(text);  // no evidence, as most often
  std::string decoded;
  bool has_evidence = false;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string_view line = text.substr(begin, end - begin);
    const LineText read = DecodeLine(line);
    if (read.has_raw) return std::string(text);
    has_evidence |= read.has_evidence;
    decoded += read.decoded;
    begin = end;
  }
  return has_evidence ? decoded : std::string(text);
}

}  // namespace lemma::gateway
