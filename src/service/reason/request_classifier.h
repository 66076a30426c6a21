// What a request is for, from its words alone: which task profile fits it, and whether it is
// outside of what this service is for. Rules, and a linear model (common/text/text_classifier.h)
// that `lemma-train classifier` trains: classifier_weights.txt.
//
// Threads: any. Some ten microseconds for a question of a few lines, and bounded for any text:
// bench/classifier_bench.
#pragma once

#include <string_view>
#include <vector>

namespace lemma::reason {

// `text`, in both: the question, in English or Chinese.

// The names of the shipped profiles, the best first. `math` and `algorithm` are told apart by
// ChooseProfile, unless the model is sure of the opposite; another comes first only where the
// model is sure of it.
std::vector<std::string_view> RankProfiles(std::string_view text);

// Small talk, general knowledge, translation, ...: said only where it is nearly certain, because
// to refuse a problem is worse than to answer small talk.
bool IsOffDomain(std::string_view text);

}  // namespace lemma::reason
