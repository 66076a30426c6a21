// The gate of a profile: a version comes into production only where it has done no worse, on a set
// of problems, than the one that is there. All who move labels do it here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "service/eval/comparison.h"
#include "service/store/evaluation_store.h"
#include "service/store/gate_store.h"
#include "service/store/problem_set_store.h"
#include "service/store/profile_store.h"

namespace lemma::evaluations {

// Of one database; all outlive what is made of them.
struct GateStores {
  store::ProfileStore& profiles;
  store::GateStore& gates;
  store::ProblemSetStore& sets;
  store::EvaluationStore& evaluations;
};

// What the gate says of one version.
struct GateVerdict {
  std::string refusal;     // for people; "": it may be promoted
  int64_t production = 0;  // the version it is held against; 0: none is in production
  // The evaluations that count, and what they say; "" and nothing where they are not there.
  std::string evaluation = {};
  std::string production_evaluation = {};
  std::optional<eval::Comparison> comparison = {};  // from production to this version
  // What is to be run, so that the versions can be compared; nothing where that is not
  // production's.
  std::optional<store::Evaluation> missing = {};
};

struct Promotion {
  std::string profile;
  std::string label;
  std::vector<store::ProfileShare> shares;
  bool overrides = false;  // moved whatever the gate says, which the audit log tells
};

// Thread-safe; blocks on the database. Errors: those of the stores.
class PromotionGate {
 public:
  explicit PromotionGate(const GateStores& stores) : stores_(stores) {}

  // nullopt: the profile has no gate. Changes nothing.
  Result<std::optional<GateVerdict>> Judge(const std::string& profile, int32_t version);

  // Moves the label. "" when it is moved; else why it is not. Of an evaluation of production that
  // is missing for the judgement one is begun, and the refusal says so.
  Result<std::string> Promote(const Promotion& promotion, const store::Actor& by);

 private:
  Result<GateVerdict> Compare(const store::ProfileGate& gate, const std::string& profile,
                              int32_t version, int32_t production);
  Result<std::string> RunMissing(const store::Evaluation& missing, const store::Actor& by);

  const GateStores stores_;
};

}  // namespace lemma::evaluations
