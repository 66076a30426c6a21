// Sets of problems, evaluations and gates as replies show them. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "service/evaluations/promotion_gate.h"
#include "service/store/evaluation_store.h"
#include "service/store/gate_store.h"
#include "service/store/problem_set_store.h"

namespace lemma::admin {

boost::json::object ProblemSetJson(const store::ProblemSet& set);  // without its lines

// Without its report.
boost::json::object EvaluationJson(const store::Evaluation& evaluation);

// null: there is none.
boost::json::value GateJson(const std::optional<store::ProfileGate>& gate);
boost::json::object VerdictJson(const evaluations::GateVerdict& verdict);

}  // namespace lemma::admin
