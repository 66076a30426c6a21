// A progress bar on standard error, for what takes longer than a breath. Silent where standard
// error is not a terminal.
#pragma once

#include <functional>
#include <string>

namespace lemma::app {

// Draws "<what>  [####      ]  40%"; a share of 1 ends the line.
std::function<void(double share)> ProgressBar(std::string what);

}  // namespace lemma::app
