// The words around the working, in the problem's language.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "train/data/phrasing.h"

namespace lemma::train {

// The text of the two that belongs to `language`.
inline std::string_view In(Language language, std::string_view english, std::string_view chinese) {
  return language == Language::kEnglish ? english : chinese;
}

// The question: a phrasing (phrasing.h); a Chinese one has full-width punctuation half of the time.
struct BilingualPhrasings {
  Phrasings english;
  Phrasings chinese;
};
std::string Ask(Rng& rng, const BilingualPhrasings& phrasings, Split split, Language language,
                const Variables& variables);

// Half-width , . ? : ; ! after Chinese text become full-width; those after digits, letters and
// brackets stay, except that the text's last one changes too.
std::string WithFullWidthPunctuation(std::string_view text);

// An expression in the format of steps.h as people write it in questions: "47*36", "47 * 36",
// "47 × 36", "47 \times 36" or "$47 \times 36$"; likewise for "/".
std::string InMathStyle(Rng& rng, std::string_view expression);

// "Compute {expression}." in many wordings; AskExpression puts the expression in some style of
// mathematics first.
std::string AskValueOf(Rng& rng, std::string_view expression, Split split, Language language);
std::string AskExpression(Rng& rng, std::string_view expression, Split split, Language language);

// The visible answer: "1. ...", "2. ...", then "Answer: \boxed{...}" / "答案: \boxed{...}".
std::string NumberedSolution(Language language, const std::vector<std::string>& steps,
                             std::string_view answer);

// For story problems: a given name ("Emma", "小明") and things to count ("apples", "个苹果": the
// Chinese carries its measure word, so that it follows a number).
std::string_view PersonName(Rng& rng, Language language);
std::string_view CountableThings(Rng& rng, Language language);

}  // namespace lemma::train
