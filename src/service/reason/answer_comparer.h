// The comparison of two parsed answers, one method a kind of gold answer. For CompareAnswers
// (answer_equality.h) alone.
//
// Threads: one owner.
#pragma once

#include <string>
#include <vector>

#include "service/reason/answer_equality.h"
#include "service/reason/math_expr.h"
#include "service/reason/scalar_equality.h"
#include "service/reason/step_budget.h"

namespace lemma::reason {

class AnswerComparer {
 public:
  AnswerComparer(const AnswerOptions& options, StepBudget& budget)
      : options_(options), budget_(budget), scalars_(budget) {}

  struct Outcome {
    bool same;
    std::string reason;
  };
  Outcome Compare(ExprPtr gold, ExprPtr prediction);

 private:
  static Outcome Same(std::string reason) { return {true, std::move(reason)}; }
  static Outcome Different(std::string reason) { return {false, std::move(reason)}; }

  Outcome CompareByKind(const ExprPtr& gold, const ExprPtr& prediction);
  Outcome CompareRelations(const ExprPtr& gold, const ExprPtr& prediction);
  Outcome CompareStatements(const ExprPtr& gold, const ExprPtr& prediction);
  bool SameRelation(const ExprPtr& gold, size_t i, const ExprPtr& prediction, size_t j);
  Outcome CompareSets(const ExprPtr& gold, const ExprPtr& prediction);
  Outcome CompareUnordered(std::vector<ExprPtr> gold, std::vector<ExprPtr> prediction,
                           bool drop_repeated);
  Outcome CompareOrdered(const std::vector<ExprPtr>& gold, const std::vector<ExprPtr>& prediction);
  Outcome CompareTuples(const ExprPtr& gold, const ExprPtr& prediction);
  Outcome CompareMatrices(const ExprPtr& gold, const ExprPtr& prediction);
  void DropRepeated(std::vector<ExprPtr>& elements);

  // quantity_comparer.cc: what ends in one number.
  Outcome CompareQuantities(const ExprPtr& gold, const ExprPtr& prediction);
  Outcome ComparePercent(const ExprPtr& gold, bool gold_has, const ExprPtr& prediction,
                         bool prediction_has);
  Outcome CompareDegrees(const ExprPtr& gold, bool gold_has, const ExprPtr& prediction,
                         bool prediction_has);
  Outcome CompareNumbers(const ExprPtr& gold, const ExprPtr& prediction);
  Outcome CompareRatios(const ExprPtr& gold, const ExprPtr& prediction);
  Outcome CompareNumerals(const ExprPtr& gold, const ExprPtr& prediction);
  bool RoundsTo(const ExprPtr& gold, const ExprPtr& prediction);

  AnswerOptions options_;
  StepBudget& budget_;
  ScalarEquality scalars_;
  int depth_ = 0;
};

}  // namespace lemma::reason
