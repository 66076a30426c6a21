#include "service/reason/expr_value.h"

#include <algorithm>

#include "service/reason/flint_scope.h"
#include "service/reason/text_util.h"

namespace lemma::reason {
namespace {

constexpr int64_t kSeriesTermsMax = 20000;
constexpr int64_t kKeyBits = 64;  // keys use exact values alone

uint64_t Hash(const std::string& name, uint64_t salt) {
  // FNV-1a, then the finisher of SplitMix64 (Steele, Lea, Flood 2014).
  uint64_t h = 0xcbf29ce484222325u ^ (salt * 0x9e3779b97f4a7c15u);
  for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
  h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
  return h ^ (h >> 31);
}

// "12", "0.50", "0.1(6)": digits over a power of ten, or over one less than a power of ten.
Number NumberOfText(const std::string& text) {
  std::string plain, without_repeating;
  size_t n_decimals = 0, n_repeating = 0;
  bool after_point = false, repeats = false;
  for (const char c : text) {
    if (c == '.') after_point = true;
    if (c == '(') {
      repeats = true;
      without_repeating = plain;
    }
    if (c < '0' || c > '9') continue;
    plain += c;
    if (repeats) {
      ++n_repeating;
    } else if (after_point) {
      ++n_decimals;
    }
  }
  Fraction value;
  Integer power;
  fmpz_set_str(fmpq_numref(value.get()), plain.c_str(), 10);
  fmpz_set_ui(power, 10);
  fmpz_pow_ui(fmpq_denref(value.get()), power, n_decimals);
  if (n_repeating > 0) {
    Integer fixed;
    if (!without_repeating.empty()) fmpz_set_str(fixed, without_repeating.c_str(), 10);
    fmpz_sub(fmpq_numref(value.get()), fmpq_numref(value.get()), fixed);
    fmpz_pow_ui(power, power, n_repeating);
    fmpz_sub_ui(power, power, 1);
    fmpz_mul(fmpq_denref(value.get()), fmpq_denref(value.get()), power);
  }
  fmpq_canonicalise(value);
  return Number::FromRational(value);
}

class Evaluator {
 public:
  Evaluator(const Arithmetic& arithmetic, const Assignment& at)
      : arithmetic_(arithmetic), at_(at) {}

  MaybeNumber Value(const Expr& e) {
    if (!arithmetic_.budget().Spend(1 + static_cast<int64_t>(e.text.size()))) return std::nullopt;
    switch (e.kind) {
      case ExprKind::kNumber:
        return NumberOfText(e.text);
      case ExprKind::kSymbol:
      case ExprKind::kText:
        return Assigned(e.text);
      case ExprKind::kConstant: {
        const MaybeNumber bound = Assigned(e.text);  // i may be the index of a sum
        return bound ? bound : arithmetic_.Constant(e.text);
      }
      case ExprKind::kAdd:
        return Fold(e, &Arithmetic::Add);
      case ExprKind::kMultiply:
        return Fold(e, &Arithmetic::Multiply);
      case ExprKind::kNegate:
        return Then(Value(e.arg(0)), [&](const Number& a) { return arithmetic_.Negate(a); });
      case ExprKind::kInverse:
        return Then(Value(e.arg(0)), [&](const Number& a) { return arithmetic_.Inverse(a); });
      case ExprKind::kPower:
        return Fold(e, &Arithmetic::Power);
      case ExprKind::kCall:
        return CallValue(e);
      case ExprKind::kQuantity:
        return QuantityValue(e);
      case ExprKind::kBased:
        return BasedValue(e);
      default:
        return std::nullopt;
    }
  }

 private:
  template <typename F>
  static MaybeNumber Then(const MaybeNumber& a, F f) {
    return a ? f(*a) : std::nullopt;
  }

  MaybeNumber Assigned(const std::string& name) const {
    const auto found = at_.find(name);
    return found == at_.end() ? std::nullopt : MaybeNumber(found->second);
  }

  MaybeNumber Fold(const Expr& e,
                   MaybeNumber (Arithmetic::*operation)(const Number&, const Number&) const) {
    MaybeNumber result = Value(e.arg(0));
    for (size_t i = 1; i < e.args.size() && result; ++i) {
      const MaybeNumber next = Value(e.arg(i));
      result = next ? (arithmetic_.*operation)(*result, *next) : std::nullopt;
    }
    return result;
  }

  MaybeNumber CallValue(const Expr& e) {
    if (e.text == "sum" || e.text == "prod") return SeriesValue(e);
    std::vector<Number> args;
    for (const ExprPtr& arg : e.args) {
      MaybeNumber value = Value(*arg);
      if (!value) return std::nullopt;
      args.push_back(std::move(*value));
    }
    if (e.text == "log" && args.size() == 1) {
      // Of an unknown base: a multiple of ln.
      const MaybeNumber ln = arithmetic_.Call("ln", args);
      return ln ? arithmetic_.Multiply(*ln, ArbitraryRational("log", 0, 1, 100)) : std::nullopt;
    }
    return IsOwnFunction(e.text) ? OwnFunctionValue(e.text, args) : arithmetic_.Call(e.text, args);
  }

  // c0 + c1 a + c2 a^2 for each argument a, with arbitrary c.
  MaybeNumber OwnFunctionValue(const std::string& name, const std::vector<Number>& args) {
    MaybeNumber sum = ArbitraryRational(name, 0, 1, 100);
    int index = 1;
    for (const Number& a : args) {
      const MaybeNumber square = arithmetic_.Multiply(a, a);
      for (const MaybeNumber& power : {MaybeNumber(a), square}) {
        if (!power || !sum) return std::nullopt;
        const MaybeNumber term =
            arithmetic_.Multiply(*power, ArbitraryRational(name, index++, 1, 100));
        sum = term ? arithmetic_.Add(*sum, *term) : std::nullopt;
      }
    }
    return sum;
  }

  // args: symbol, from, to, body.
  MaybeNumber SeriesValue(const Expr& e) {
    const bool is_sum = e.text == "sum";
    const MaybeNumber from = Value(e.arg(1)), to = Value(e.arg(2));
    if (!from || !to) return std::nullopt;
    const std::optional<int64_t> first = from->ToInt64(), last = to->ToInt64();
    if (!first || !last || *last < *first || *last / 2 - *first / 2 > kSeriesTermsMax / 2) {
      return std::nullopt;
    }
    Assignment inner = at_;
    MaybeNumber result = Number(is_sum ? 0 : 1);
    for (int64_t k = *first; k <= *last && result; ++k) {
      inner[e.arg(0).text] = Number(k);
      const MaybeNumber term = Evaluator(arithmetic_, inner).Value(e.arg(3));
      if (!term) return std::nullopt;
      result = is_sum ? arithmetic_.Add(*result, *term) : arithmetic_.Multiply(*result, *term);
    }
    return result;
  }

  // A percentage and an angle are numbers; 5 cm is none.
  MaybeNumber QuantityValue(const Expr& e) {
    const MaybeNumber value = Value(e.arg(0));
    if (!value) return std::nullopt;
    if (e.text == "%") return arithmetic_.Multiply(*value, *arithmetic_.Inverse(Number(100)));
    if (e.text != "degree") return std::nullopt;
    const MaybeNumber pi = arithmetic_.Constant("pi");
    const MaybeNumber degrees = arithmetic_.Multiply(*value, *arithmetic_.Inverse(Number(180)));
    return pi && degrees ? arithmetic_.Multiply(*degrees, *pi) : std::nullopt;
  }

  MaybeNumber BasedValue(const Expr& e) {
    const int base = std::stoi(e.arg(0).text);  // at most two digits, by the parser
    Fraction value;
    const bool is_numeral = base >= 2 && base <= 36 &&
                            fmpz_set_str(fmpq_numref(value.get()), e.text.c_str(), base) == 0;
    return is_numeral ? MaybeNumber(Number::FromRational(value)) : std::nullopt;
  }

  const Arithmetic& arithmetic_;
  const Assignment& at_;
};

void CollectSymbols(const Expr& e, std::set<std::string>& symbols) {
  if (e.Is(ExprKind::kSymbol) || e.Is(ExprKind::kText)) symbols.insert(e.text);
  const bool is_series = e.Is(ExprKind::kCall, "sum") || e.Is(ExprKind::kCall, "prod");
  for (size_t i = is_series ? 1 : 0; i < e.args.size(); ++i) CollectSymbols(e.arg(i), symbols);
  if (is_series) symbols.erase(e.arg(0).text);
}

}  // namespace

MaybeNumber Evaluate(const Expr& e, const Arithmetic& arithmetic, const Assignment& at) {
  return Evaluator(arithmetic, at).Value(e);
}

bool IsOwnFunction(const std::string& name) {
  const bool is_letter = std::string_view("fghFGPQ").find(name[0]) != std::string_view::npos;
  return name.starts_with("accent:") || (is_letter && (name.size() == 1 || !IsLetter(name[1])));
}

std::set<std::string> FreeSymbols(const Expr& e) {
  std::set<std::string> symbols;
  CollectSymbols(e, symbols);
  return symbols;
}

Number ArbitraryRational(const std::string& name, int index, int64_t low, int64_t high) {
  constexpr int64_t kDenominator = 1009;  // a prime, so that it cancels nothing
  const uint64_t range = static_cast<uint64_t>(high - low) * kDenominator - 1;
  Fraction value;
  fmpq_set_si(value, low * kDenominator + 1 + static_cast<int64_t>(Hash(name, index) % range),
              kDenominator);
  return Number::FromRational(value);
}

Number ArbitraryInteger(const std::string& name, int index, int64_t low, int64_t high) {
  return Number(low + static_cast<int64_t>(Hash(name, index) % static_cast<uint64_t>(high - low)));
}

std::string StructureKey(const Expr& e, StepBudget& budget) {
  // 204_5 is a form of its own, not 54.
  const MaybeNumber value =
      e.Is(ExprKind::kBased) ? std::nullopt : Evaluate(e, Arithmetic(kKeyBits, budget));
  if (value && value->is_exact()) {
    return budget.Spend(value->exact_bits()) ? value->Key() : "";
  }
  if (budget.exhausted()) return "";
  std::vector<std::string> keys;
  for (const ExprPtr& arg : e.args) keys.push_back(StructureKey(*arg, budget));
  if (e.Is(ExprKind::kAdd) || e.Is(ExprKind::kMultiply)) std::sort(keys.begin(), keys.end());
  std::string key = std::to_string(static_cast<int>(e.kind)) + ':' + e.text + '(';
  for (const std::string& of_arg : keys) key += of_arg + ' ';
  key += ')';
  return budget.Spend(static_cast<int64_t>(key.size())) ? key : "";
}

}  // namespace lemma::reason
