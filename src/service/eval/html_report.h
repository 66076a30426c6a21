// The report of a run as one HTML page that needs nothing else: no script, no network.
//
// Threads: any.
#pragma once

#include <string>

#include "service/eval/report.h"

namespace lemma::eval {

std::string RenderHtmlReport(const Report& report);

}  // namespace lemma::eval
