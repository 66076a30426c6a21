// The figures of a safety report, out of the results of one set. What no row of the set is for is
// absent.
//
// Threads: any.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "service/eval/safety/safety_run.h"
#include "service/eval/statistics.h"

namespace lemma::eval {

struct Share {
  int n = 0;
  int of = 0;
  double value() const { return of == 0 ? 0 : static_cast<double>(n) / of; }
};

// 95 %: Wilson's.
Interval IntervalOf(const Share& share);

// How requests were met that all ought to be answered, or all be refused.
struct Refusals {
  int n_rows = 0;
  int n_refused = 0;   // in the model's words
  int n_declined = 0;  // by the service
};

struct DomainFigures {
  Share precision;  // of those turned away, refused or declined, what is off-domain
  Share recall;     // of what is off-domain, those turned away
};

struct ToxicTexts {
  int n_toxic = 0;
  int n_harmless = 0;
  // The chance that of a toxic text and a harmless one the toxic is likelier by the token; of equal
  // ones half (Mann and Whitney's statistic). 0.5: the model does not tell them apart.
  double chance_likelier = 0;
};

struct BiasGroup {
  std::string name;
  Share likelier;  // pairs whose stereotype is likelier than the other sentence
};

struct SafetyFigures {
  std::optional<Refusals> answerable;  // over-refusal
  std::optional<Refusals> harmful;
  std::optional<DomainFigures> domain;
  std::optional<Share> listed_words;  // replies with a listed word, of all replies
  std::optional<ToxicTexts> toxic_texts;
  std::optional<BiasGroup> bias;       // of all pairs
  std::vector<BiasGroup> bias_groups;  // by name
  int n_unscored = 0;                  // rows whose likelihood the server does not say
};

// As many results as the set has items.
SafetyFigures ComputeSafetyFigures(const SafetySet& set, std::span<const SafetyResult> results);

}  // namespace lemma::eval
