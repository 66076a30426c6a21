#include "service/eval/run_settings.h"

#include <boost/json.hpp>
#include <set>

#include "common/base/field_reader.h"
#include "service/reason/consensus/sampling_plan.h"

namespace lemma::eval {
namespace {

namespace json = boost::json;

constexpr char kFingerprint[] = "system_fingerprint";

// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
uint64_t Mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

std::string Shown(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value == nullptr ? "not set" : json::serialize(*value);
}

}  // namespace

Status CheckSettings(const RunSettings& settings) {
  if (!settings.system.empty() && !settings.profile.empty()) {
    return InvalidArgument("--system and --profile exclude each other");
  }
  if (!settings.language.empty() && settings.profile == kNoProfile) {
    return InvalidArgument("--language is of a profile's prompts; --profile none has none");
  }
  if (settings.strategy.empty()) return Ok();
  if (!reason::StrategyNamed(settings.strategy)) {
    return InvalidArgument(
        "--strategy must be single, majority, adaptive, first_m, confidence or clr");
  }
  if (settings.profile == kNoProfile) {
    return InvalidArgument("--strategy goes through /v1/solve, which always has a system prompt");
  }
  return Ok();
}

json::object RenderSettings(const RunSettings& settings) {
  json::object object;
  const auto add_text = [&](const char* name, const std::string& text) {
    if (!text.empty()) object[name] = text;
  };
  add_text("model", settings.model);
  add_text("profile", settings.profile);
  add_text("language", settings.language);
  add_text("system", settings.system);
  add_text("suffix", settings.suffix);
  add_text("strategy", settings.strategy);
  if (!settings.strategy.empty()) object["votes"] = settings.n_votes;
  if (settings.temperature) object["temperature"] = *settings.temperature;
  if (settings.max_tokens) object["max_tokens"] = *settings.max_tokens;
  if (settings.deadline_ms) object["deadline_ms"] = *settings.deadline_ms;
  if (!settings.loop_guard) object["loop_guard"] = false;
  object["seed"] = settings.seed;
  add_text(kFingerprint, settings.system_fingerprint);
  return object;
}

Result<RunSettings> ParseSettings(const json::object& object) {
  static const std::set<std::string_view> known = {
      "model",       "profile",    "language",    "system",     "suffix", "strategy",  "votes",
      "temperature", "max_tokens", "deadline_ms", "loop_guard", "seed",   kFingerprint};
  Status status;
  FieldReader fields(object, "settings", status);
  for (const auto& member : object) {
    if (!known.contains(member.key())) fields.Fail(member.key(), "is not known here");
  }
  RunSettings settings;
  fields.ReadString("model", settings.model);
  fields.ReadString("profile", settings.profile);
  fields.ReadString("language", settings.language);
  fields.ReadString("system", settings.system);
  fields.ReadString("suffix", settings.suffix);
  fields.ReadString("strategy", settings.strategy);
  fields.ReadInteger("votes", 1, kVotesMax, settings.n_votes);
  if (fields.Find("temperature")) {
    fields.ReadNumber("temperature", 0, 2, settings.temperature.emplace());
  }
  if (fields.Find("max_tokens")) {
    fields.ReadInteger("max_tokens", 1, kMaxTokensMax, settings.max_tokens.emplace());
  }
  if (fields.Find("deadline_ms")) {
    fields.ReadInteger("deadline_ms", 1, kDeadlineMsMax, settings.deadline_ms.emplace());
  }
  fields.ReadBool("loop_guard", settings.loop_guard);
  fields.ReadInteger("seed", 0, kSeedMax, settings.seed);
  fields.ReadString(kFingerprint, settings.system_fingerprint);
  if (!status.ok()) return status;
  return settings;
}

std::string SettingsDifference(const json::object& a, const json::object& b) {
  std::set<std::string> names;
  for (const auto& member : a) names.emplace(member.key());
  for (const auto& member : b) names.emplace(member.key());
  if (!a.contains(kFingerprint) || !b.contains(kFingerprint)) names.erase(kFingerprint);
  std::string text;
  for (const std::string& name : names) {
    const std::string of_a = Shown(a, name), of_b = Shown(b, name);
    if (of_a == of_b) continue;
    text += (text.empty() ? "" : ", ") + name + ": " + of_a + " against " + of_b;
  }
  return text;
}

int64_t SampleSeed(int64_t seed, size_t problem, int sample) {
  constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;
  const uint64_t of_problem = Mix(static_cast<uint64_t>(seed) + kGolden * (problem + 1));
  return static_cast<int64_t>(Mix(of_problem + kGolden * static_cast<uint64_t>(sample + 1)) >> 1);
}

}  // namespace lemma::eval
