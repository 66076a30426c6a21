// What decides how the samples of a run come out: two runs with equal settings on the same dataset
// are one run.
//
// Threads: none; a value.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace lemma::eval {

// What settings may be at most.
inline constexpr int kVotesMax = 64;
inline constexpr int64_t kMaxTokensMax = int64_t{1} << 20;
inline constexpr int64_t kDeadlineMsMax = int64_t{24} * 3600 * 1000;
inline constexpr int64_t kSeedMax = int64_t{1} << 53;
inline constexpr std::string_view kNoProfile = "none";  // no system prompt at all

struct RunSettings {
  std::string model;     // as the server calls it
  std::string profile;   // "": the server's choice; kNoProfile; else one of Lemma's
  std::string language;  // of the profile's prompts: "en", "zh"; "": the server's default
  std::string system;    // a system prompt; "": none is sent
  std::string suffix;    // put behind every problem
  std::string strategy;  // of POST /v1/solve; "": one chat a sample
  int n_votes = 8;       // with a strategy: samples of one solve at most
  std::optional<double> temperature;  // of the server's default where it is not there
  std::optional<int64_t> max_tokens;
  std::optional<int64_t> deadline_ms;
  bool loop_guard = true;  // false: Lemma's is switched off
  int64_t seed = 1;
  std::string system_fingerprint;  // what computes, as the server says it; never sent; "": unknown
};

// Errors: kInvalidArgument with the flag that does not go with another.
Status CheckSettings(const RunSettings& settings);

// As reports and state files have them: only what is set.
boost::json::object RenderSettings(const RunSettings& settings);

// Of what RenderSettings made, or a caller wrote; not checked as CheckSettings does. Errors:
// kInvalidArgument with the field, also one that is not known.
Result<RunSettings> ParseSettings(const boost::json::object& object);

// "temperature: 0.6 against 1, ..."; "" where they are the same. What computes is compared where
// both know it.
std::string SettingsDifference(const boost::json::object& a, const boost::json::object& b);

// The seed of one sample: different for each, the same on every machine. At least 0.
int64_t SampleSeed(int64_t seed, size_t problem, int sample);

}  // namespace lemma::eval
