// The value of a tree, and what one needs to ask for it.
//
// Threads: any; one Arithmetic belongs to one owner.
#pragma once

#include <map>
#include <set>
#include <string>

#include "service/reason/math_expr.h"
#include "service/reason/number.h"

namespace lemma::reason {

// Values of symbols.
using Assignment = std::map<std::string, Number>;

// nullopt where a symbol has no value or arithmetic has none (see number.h). A function that the
// problem names (f, or log without a base) is given an arbitrary polynomial's values, the same for
// every call: equal arguments, equal values.
MaybeNumber Evaluate(const Expr& e, const Arithmetic& arithmetic, const Assignment& at = {});

// Whether a function is the problem's own, or a mark above a name (\\vec): it has no known value.
bool IsOwnFunction(const std::string& name);

// The names that need a value, without those bound by a sum.
std::set<std::string> FreeSymbols(const Expr& e);

// An arbitrary number, the same for the same arguments; between `low` and `high` (low < high).
Number ArbitraryRational(const std::string& name, int index, int64_t low, int64_t high);

// The same for an integer of low ... high - 1.
Number ArbitraryInteger(const std::string& name, int index, int64_t low, int64_t high);

// A text that two trees share only where they are the same up to exact arithmetic and the order of
// sums and products. "" once the budget is spent.
std::string StructureKey(const Expr& e, StepBudget& budget);

}  // namespace lemma::reason
