// How far an evaluation is: samples, rate, time left.
#pragma once

#include <functional>

#include "service/eval/sample_run.h"

namespace lemma::app {

// A bar on standard error, drawn again with each call; silent where that is not a terminal.
std::function<void(const eval::SampleRunProgress&)> EvalProgressBar();

}  // namespace lemma::app
