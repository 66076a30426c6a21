#include "service/reason/consensus/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "service/reason/text_util.h"

namespace lemma::reason {
namespace {

// What stands between a line's beginning and its keyword: "3. ", "- ", "**".
constexpr std::string_view kListMarks = " \t\r*-#>.)0123456789";

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool StartsWithWord(std::string_view line, std::string_view upper) {
  return line.size() >= upper.size() &&
         std::equal(upper.begin(), upper.end(), line.begin(),
                    [](char a, char b) { return a == (b >= 'a' && b <= 'z' ? b - 32 : b); });
}

// What follows the keyword at the line's beginning; nothing where it is not there.
std::optional<std::string_view> After(std::string_view line, std::string_view keyword) {
  line.remove_prefix(std::min(line.find_first_not_of(kListMarks), line.size()));
  if (!StartsWithWord(line, keyword)) return std::nullopt;
  return line.substr(keyword.size());
}

// Leading digits, taken away; 0: there are none.
size_t TakeNumber(std::string_view& text) {
  size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return 0;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

}  // namespace

std::string AskForClaims(std::string_view problem, std::string_view solution) {
  return fmt::format(
      "Problem:\n{}\n\nSolution:\n{}\n\n"
      "List the {} claims that the solution's answer depends on most. Each must be short, stand by "
      "itself and be possible to check. Do not judge them. Write each on a line of its own:\n"
      "CLAIM: <the claim>",
      problem, solution, kClaimsMax);
}

std::vector<std::string> ClaimsIn(std::string_view reply) {
  std::vector<std::string> claims;
  for (const std::string_view line : LinesOf(reply)) {
    std::optional<std::string_view> rest = After(line, "CLAIM");
    if (!rest) continue;
    const size_t colon = rest->find(':');
    if (colon == rest->npos) continue;
    const std::string_view claim = TrimAnyOf(rest->substr(colon + 1), " \t\r*");
    if (claim.empty() || claim.size() > kClaimBytesMax) continue;
    claims.emplace_back(claim);
    if (claims.size() == kClaimsMax) break;
  }
  return claims;
}

std::string AskForVerdicts(std::string_view problem, std::span<const std::string> claims) {
  std::string list;
  for (size_t i = 0; i < claims.size(); ++i) list += fmt::format("{}. {}\n", i + 1, claims[i]);
  return fmt::format(
      "Problem:\n{}\n\nClaims about it:\n{}\n"
      "For each claim try to find a counter-example, or derive it again from the problem alone. A "
      "claim that you cannot derive is false. Then write for each claim, on a line of its own:\n"
      "VERDICT <number>: TRUE or FALSE",
      problem, list);
}

std::vector<bool> VerdictsIn(std::string_view reply, size_t n_claims) {
  std::vector<bool> verdicts(n_claims, false);
  for (const std::string_view line : LinesOf(reply)) {
    std::optional<std::string_view> rest = After(line, "VERDICT");
    if (!rest) continue;
    std::string_view text = TrimAnyOf(*rest, " \t\r*");
    const size_t number = TakeNumber(text);
    if (number == 0 || number > n_claims) continue;
    text = TrimAnyOf(text, " \t\r*:.");
    verdicts[number - 1] = StartsWithWord(text, "TRUE");
  }
  return verdicts;
}

double Reliability(const std::vector<bool>& verdicts) {
  if (verdicts.empty()) return 0;
  const auto n_true = static_cast<double>(std::count(verdicts.begin(), verdicts.end(), true));
  return std::pow(n_true / kClaimsMax, kClaimsMax);
}

}  // namespace lemma::reason
