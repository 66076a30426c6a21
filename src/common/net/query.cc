#include "common/net/query.h"

#include <algorithm>

namespace lemma::net {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> DecodeForm(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return DecodePercent(spaced);
}

}  // namespace

Result<std::string> DecodePercent(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return InvalidArgument("the target has a bad % escape");
    if (high == 0 && low == 0) return InvalidArgument("the target has an encoded zero byte");
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

Result<std::map<std::string, std::string>> QueryOf(std::string_view target) {
  std::map<std::string, std::string> values;
  const size_t mark = target.find('?');
  std::string_view rest = mark == target.npos ? "" : target.substr(mark + 1);
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.empty()) continue;
    const size_t equals = std::min(pair.find('='), pair.size());
    LEMMA_ASSIGN_OR_RETURN(std::string name, DecodeForm(pair.substr(0, equals)));
    LEMMA_ASSIGN_OR_RETURN(std::string value,
                           DecodeForm(pair.substr(std::min(equals + 1, pair.size()))));
    if (!values.emplace(name, std::move(value)).second) {
      return InvalidArgument("stands twice in the query", name);
    }
  }
  return values;
}

}  // namespace lemma::net
