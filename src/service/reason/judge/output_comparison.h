// Whether what a program gave is what a test expects, and where not. docs/judge.md has the rules.
// Linear in both. Threads: any.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace lemma::reason {

enum class OutputComparison {
  kLines,   // line by line, but for white space at their ends and empty lines at the end
  kTokens,  // word by word, whatever white space is between
  kExact,   // byte by byte
};

struct ComparisonRules {
  OutputComparison how = OutputComparison::kLines;
  // Over 0: compared by tokens, and two numbers are the same within this much, absolutely or
  // relatively to the expected one. 0: numbers are text.
  double float_tolerance = 0;
};

// The first difference, for people; nothing where they are the same.
std::optional<std::string> OutputDifference(std::string_view expected, std::string_view actual,
                                            const ComparisonRules& rules);

// As OutputDifference, for what a function returned. 1 and 1.0 are the same; true and 1 are not.
std::optional<std::string> ResultDifference(const boost::json::value& expected,
                                            const boost::json::value& actual,
                                            double float_tolerance);

}  // namespace lemma::reason
