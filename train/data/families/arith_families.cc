#include "train/data/families/arith_families.h"

#include "train/data/families.h"

namespace lemma::train {

std::vector<const Family*> ArithmeticFamilies() {
  static const MathFamily kFamilies[] = {
      {"integer-chain", "Sums and differences of three integers from 1 to 999.", IntegerChain},
      {"integer-multiplication", "Two digits times two, or three digits times one.",
       IntegerMultiplication},
      {"mixed-expression",
       "Three or four integers below 100 with + - * / and brackets, in the order of operations.",
       MixedExpression},
      {"long-division",
       "Quotient and remainder of an integer from 100 to 9999 by one from 2 to 12, or of one below "
       "1000 by one from 13 to 25.",
       LongDivision},
      {"fraction-addition", "Sum or difference of two proper fractions, denominators 2 to 12.",
       FractionSum},
      {"fraction-multiplication", "Product or quotient of two fractions of one-digit numbers.",
       FractionProduct},
      {"decimal-addition", "Sum or difference of two decimals below 100, up to two places each.",
       DecimalSum},
      {"decimal-multiplication", "Product of two decimals of up to two digits, up to two places.",
       DecimalProduct},
      {"percent-of-number", "1 to 99 percent of a number from 11 to 990.", PercentOf},
      {"percent-change", "The whole percentage by which one number from 20 to 400 rises or falls.",
       PercentChange},
      {"percent-new-value", "A number from 20 to 500 raised or lowered by 5 to 95 percent.",
       PercentNewValue},
  };
  std::vector<const Family*> families;
  for (const MathFamily& family : kFamilies) families.push_back(&family);
  return families;
}

}  // namespace lemma::train
