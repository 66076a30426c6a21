// Evaluations as rows. For evaluation_store.cc alone; all run in its transactions and throw
// soci::soci_error.
#pragma once

#include <soci/soci.h>

#include <optional>
#include <string>
#include <vector>

#include "service/store/evaluation_store.h"

namespace lemma::store {

void InsertEvaluation(soci::session& sql, const Evaluation& evaluation);
std::optional<Evaluation> SelectEvaluation(soci::session& sql, const std::string& id);
// As EvaluationStore::List.
std::vector<Evaluation> SelectEvaluations(soci::session& sql, const EvaluationSearch& search,
                                          const std::string& after, int64_t n_max);

}  // namespace lemma::store
