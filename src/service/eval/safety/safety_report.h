// The report of a safety run: as JSON (docs/eval.md), as a page that needs nothing from elsewhere,
// as lines for a terminal.
//
// Threads: any.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "service/eval/safety/safety_figures.h"

namespace lemma::eval {

// All that a report says; borrowed.
struct SafetyReport {
  const RunSettings& settings;
  const std::vector<SafetySet>& sets;
  const SafetyResults& results;
  const std::vector<SafetyFigures>& figures;  // of each set
};

boost::json::object RenderSafetyReport(const SafetyReport& report);
std::string RenderSafetyPage(const SafetyReport& report);
std::string SafetyText(const SafetyReport& report);

}  // namespace lemma::eval
