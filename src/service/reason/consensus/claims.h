// Claim-level reliability (CLR), as in the VibeThinker-3B report (section 3.1, equations 5 and 6):
// of each sample a few claims that its answer rests on are taken, the model tries to refute each of
// them, and the sample's vote weighs (true claims / 5) to the power of 5: claims that are missing
// do not hold. The report does not give its prompts: these are Lemma's own.
//
// Threads: none; values.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lemma::reason {

inline constexpr int kClaimsMax = 5;
inline constexpr size_t kClaimBytesMax = 1000;

// Asks for the claims of one solution. `solution`: the answer without its thinking.
std::string AskForClaims(std::string_view problem, std::string_view solution);
// The lines "CLAIM: ...", the first kClaimsMax of them; a list's numbers and Markdown's stars are
// dropped. Empty: the reply has none.
std::vector<std::string> ClaimsIn(std::string_view reply);

// Asks which of the claims are true. The verifier sees neither the answer nor the votes.
std::string AskForVerdicts(std::string_view problem, std::span<const std::string> claims);
// The lines "VERDICT n: TRUE" or "FALSE", the last of each claim. A claim without one is false:
// what was not validated does not count.
std::vector<bool> VerdictsIn(std::string_view reply, size_t n_claims);

// (true / kClaimsMax) ^ kClaimsMax. At most kClaimsMax verdicts.
double Reliability(const std::vector<bool>& verdicts);

}  // namespace lemma::reason
